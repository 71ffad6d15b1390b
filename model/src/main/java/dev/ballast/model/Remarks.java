package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/** Errors and warnings about resources, each named at the place in the documents where the resource was written. */
final class Remarks {
  private final Optional<Documents> documents;
  private final Findings errors = new Findings();
  private final Findings warnings = new Findings();

  Remarks(Optional<Documents> documents) {
    this.documents = documents;
  }

  void error(Resource resource, String path, String message) {
    errors.add(problem(resource, path, message));
  }

  /** Nobody is warned of what they didn't write. */
  void warning(Resource resource, String path, String message) {
    if (isWritten(resource)) {
      warnings.add(problem(resource, path, message));
    }
  }

  boolean isWritten(Resource resource) {
    return writtenAt(resource) > 0;
  }

  /** The number of the document that a resource was written in; 0 for one that was there before. */
  int writtenAt(Resource resource) {
    return documents
        .flatMap(all -> all.whereIs(resource.key()))
        .map(Documents.Written::document)
        .orElse(0);
  }

  private Problem problem(Resource resource, String path, String message) {
    return documents
        .flatMap(all -> all.whereIs(resource.key()))
        .map(written -> written.problem(path, message))
        .orElseGet(() -> new Problem(0, 0, resource.key() + " " + path, message));
  }

  List<Problem> warnings() {
    return warnings.problems();
  }

  /** @throws InvalidInput when there was an error */
  void throwIfAnyError() {
    errors.throwIfAny();
  }
}
