package dev.ballast.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What people wrote: one or more documents in YAML or JSON, read and checked each by itself. Immutable. A pool's document may
 * carry {@code backends}: the complete list of its backends.
 */
public final class Documents {
  /** The most bytes that are read: 8 MiB. */
  public static final int BYTE_LIMIT = 8 << 20;

  /** How the documents are written. */
  public enum Format {
    YAML,
    JSON
  }

  private final Map<ItemKey, Written> written;
  private final Set<String> completeLists;

  private Documents(Map<ItemKey, Written> written, Set<String> completeLists) {
    this.written = written;
    this.completeLists = completeLists;
  }

  /** The same with every clear private key sealed. */
  public Documents sealed(Sealer sealer) {
    var sealed = new LinkedHashMap<>(written);
    sealed.replaceAll(
        (_, one) ->
            one.resource() instanceof Certificate certificate
                ? new Written(certificate.sealed(sealer), one.document(), one.tree(), one.path())
                : one);
    return new Documents(sealed, completeLists);
  }

  /**
   * Makes sure that no private key is written in clear, where there is no data key to seal it.
   *
   * @throws InvalidInput naming those that are
   */
  public void refuseClearKeys(String why) {
    var findings = new Findings();
    written.values().stream()
        .filter(one -> one.resource() instanceof Certificate certificate && certificate.isClear())
        .forEach(one -> findings.add(one.problem("key", why)));
    findings.throwIfAny();
  }

  /** A resource with the place it was written at. {@code path} is its own path within the document. */
  record Written(Resource resource, int document, Tree tree, String path) {
    Problem problem(String field, String message) {
      String whole = path.isEmpty() ? field : path + (field.isEmpty() ? "" : "." + field);
      return new Problem(document, TreePath.line(tree, field), whole, message);
    }
  }

  /**
   * Reads documents.
   *
   * @throws InvalidInput naming every mistake (at most {@value Findings#LIMIT}) with document, line and path
   */
  public static Documents parse(byte[] bytes, Format format) {
    if (bytes.length > BYTE_LIMIT) {
      String message =
          "the input has "
              + bytes.length
              + " bytes; the limit is "
              + BYTE_LIMIT
              + ": apply it in several parts";
      throw new InvalidInput(
          InvalidInput.Reason.TOO_LARGE, List.of(new Problem(0, 0, "", message)));
    }
    return new DocumentsReader().read(Tree.parseAll(decoded(bytes), format == Format.JSON));
  }

  static String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw Tree.unreadable(0, "the input is not UTF-8 text");
    }
  }

  /** Every resource written, the backends in the lists of pools among them, in the order of writing. */
  public Collection<Resource> resources() {
    return written.values().stream().map(Written::resource).toList();
  }

  public Optional<Resource> find(ItemKey key) {
    return Optional.ofNullable(written.get(key)).map(Written::resource);
  }

  Optional<Written> whereIs(ItemKey key) {
    return Optional.ofNullable(written.get(key));
  }

  /** The pools whose document carries the complete list of backends. */
  public Set<String> completeLists() {
    return completeLists;
  }

  /** The pools whose stored backends a plan has to know. */
  public Set<String> poolsConcerned() {
    return written.keySet().stream()
        .filter(key -> key.kind() == Kind.BACKEND || completeLists.contains(key.name()))
        .map(ItemKey::pool)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Builds the documents from their trees, collecting what is wrong with them. */
  private static final class DocumentsReader {
    private final Findings findings = new Findings();
    private final ResourceReader reader = new ResourceReader(findings);
    private final Map<ItemKey, Written> written = new LinkedHashMap<>();
    private final Set<String> completeLists = new HashSet<>();
    private int number;

    Documents read(List<Tree> trees) {
      for (Tree tree : trees) {
        if (tree instanceof Tree.Sequence sequence) {
          sequence.elements().forEach(this::document);
        } else {
          document(tree);
        }
      }
      if (written.isEmpty() && findings.problems().isEmpty()) {
        findings.add(new Problem(0, 0, "", "there is no document in the input"));
      }
      refuseBackendsBesideCompleteLists();
      findings.throwIfAny();
      return new Documents(written, Set.copyOf(completeLists));
    }

    private void document(Tree tree) {
      if (tree instanceof Tree.Scalar scalar && scalar.type() == Tree.Type.NULL) {
        return;
      }
      findings.enter(++number);
      var fields = Fields.of(tree, "", findings);
      if (!(tree instanceof Tree.Mapping)) {
        return;
      }
      var kind = fields.text("kind", DocumentsReader::kind);
      if (kind.isEmpty()) {
        if (!fields.has("kind")) {
          fields.problem(
              "kind", "is required: one of " + String.join(", ", Kind.userWrittenNames()));
        }
        return;
      }
      var resource = reader.read(kind.get(), fields);
      resource.ifPresent(one -> add(new Written(one, number, tree, "")));
      if (resource.isPresent() && resource.get() instanceof Certificate certificate) {
        SecretFields.check(certificate, fields);
      }
      if (kind.get() == Kind.POOL) {
        backends(fields, resource.map(Resource::name).orElse("placeholder"));
      }
      fields.finish();
    }

    private void backends(Fields fields, String pool) {
      if (fields.has("backends")) {
        completeLists.add(pool);
      }
      for (var element : fields.list("backends", Pool.BACKEND_LIMIT)) {
        var one = Fields.of(element.tree(), element.path(), findings);
        reader
            .backend(one, pool)
            .ifPresent(
                backend -> add(new Written(backend, number, element.tree(), element.path())));
        one.finish();
      }
    }

    private void add(Written one) {
      var earlier = written.putIfAbsent(one.resource().key(), one);
      if (earlier != null) {
        findings.add(
            one.problem(
                "name",
                one.resource().key()
                    + " is written twice: before in document "
                    + earlier.document()
                    + ", line "
                    + earlier.tree().line()));
      }
    }

    private void refuseBackendsBesideCompleteLists() {
      for (Written one : written.values()) {
        if (one.resource() instanceof Backend backend
            && one.path().isEmpty()
            && completeLists.contains(backend.pool())) {
          findings.add(
              one.problem(
                  "name",
                  "Pool "
                      + backend.pool()
                      + " in the same input lists all its backends: write it there"));
        }
      }
    }

    private static Kind kind(String text) {
      Kind kind =
          Kind.of(text)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "\""
                              + text
                              + "\" is not a kind"
                              + Suggestion.among(text, Kind.userWrittenNames())));
      if (!kind.isUserWritten()) {
        throw new IllegalArgumentException(
            "a " + text + " is written by the system itself, not applied");
      }
      return kind;
    }
  }
}
