package dev.ballast.model;

/**
 * What is wrong with an input, where, and what to do.
 *
 * @param document which of the documents, from 1; 0 when it concerns none in particular
 * @param line from 1 in the whole input; 0 when unknown
 * @param path {@code listeners[0].port}, or empty for the document as a whole
 */
public record Problem(int document, int line, String path, String message) {
  @Override
  public String toString() {
    var text = new StringBuilder();
    if (document > 0) {
      text.append("document ").append(document);
    }
    if (line > 0) {
      text.append(text.isEmpty() ? "line " : ", line ").append(line);
    }
    if (!path.isEmpty()) {
      text.append(text.isEmpty() ? "" : ", ").append(path);
    }
    return text.append(text.isEmpty() ? "" : ": ").append(message).toString();
  }
}
