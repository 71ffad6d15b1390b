package dev.ballast.proxy;

/**
 * How a message breaks the grammar or the limits of HTTP/1.1 (RFC 9110, RFC 9112). A request that does is refused and its
 * connection closed, because what follows can no longer be told apart; an answer that does is a fault of its backend.
 */
enum Violation implements Reason {
  REQUEST_LINE(400, "request-line", "The request line is not METHOD SP TARGET SP HTTP/1.1"),
  TARGET(400, "target", "The request target is malformed"),
  PATH_ENCODING(
      400, "path-encoding", "The path has a percent-encoding that is malformed or stands for NUL"),
  PATH_ABOVE_ROOT(400, "path-above-root", "The path leads above the root"),
  PATH_AMBIGUOUS(
      400, "path-ambiguous", "The path can be read in another way, which takes another route"),
  BODY_TOO_LARGE(413, "body-too-large", "The body is larger than this route takes"),
  VERSION(505, "version", "Only HTTP/1.1 and HTTP/1.0 are spoken here"),
  STATUS_LINE(400, "status-line", "The status line is malformed"),
  REQUEST_LINE_TOO_LONG(414, "request-line-too-long", "The request line is too long"),
  FIELD_LINE_TOO_LONG(431, "field-line-too-long", "A field line is too long"),
  HEAD_TOO_LARGE(431, "head-too-large", "The head is too large"),
  TOO_MANY_FIELDS(431, "too-many-fields", "The head has too many field lines"),
  TOO_MANY_CONNECTION_OPTIONS(
      431, "too-many-connection-options", "Connection lists too many options"),
  BARE_LF(400, "bare-lf", "A line ends with LF alone"),
  BARE_CR(400, "bare-cr", "A CR is not followed by LF"),
  OBSOLETE_FOLDING(400, "obsolete-folding", "A field line begins with white space"),
  SPACE_BEFORE_COLON(
      400, "space-before-colon", "There is white space between a field name and its colon"),
  FIELD_NAME(400, "field-name", "A field name is malformed"),
  FIELD_VALUE(400, "field-value", "A field value has control characters"),
  HOST_MISSING(400, "host-missing", "There is no Host field"),
  HOST_DUPLICATE(400, "host-duplicate", "There is more than one Host field"),
  HOST(400, "host", "The Host field is malformed"),
  HOST_MISMATCH(400, "host-mismatch", "The request target and the Host field name different hosts"),
  LENGTH(400, "content-length", "The Content-Length is not a number"),
  LENGTH_DUPLICATE(400, "content-length-duplicate", "There is more than one Content-Length"),
  LENGTH_WITH_TRANSFER_ENCODING(
      400,
      "content-length-with-transfer-encoding",
      "There are both Content-Length and Transfer-Encoding"),
  TRANSFER_ENCODING(
      400,
      "transfer-encoding",
      "The Transfer-Encoding does not end the message with chunked, once"),
  TRANSFER_ENCODING_UNKNOWN(
      501, "transfer-encoding-unknown", "The only transfer coding spoken here is chunked"),
  CHUNK_SIZE(400, "chunk-size", "A chunk size is malformed"),
  CHUNK_LINE_TOO_LONG(400, "chunk-line-too-long", "A chunk's size line is too long"),
  CHUNK_END(400, "chunk-end", "A chunk is longer than its size says"),
  TRAILER_TOO_LARGE(431, "trailer-too-large", "The trailer section is too large"),
  EXPECTATION(417, "expectation", "The only expectation that can be met is 100-continue"),
  CONNECT(501, "connect-method", "CONNECT is not served here"),
  SWITCHED_PROTOCOLS(
      502, "switched-protocols", "The answer switches to a protocol that nobody asked for"),
  TOO_MANY_INTERIM_ANSWERS(
      502, "too-many-interim-answers", "Too many interim answers came before the final one");

  private final int status;
  private final String token;
  private final String sentence;

  Violation(int status, String token, String sentence) {
    this.status = status;
    this.token = token;
    this.sentence = sentence;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public String token() {
    return token;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
