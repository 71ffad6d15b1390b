package dev.ballast.proxy;

/** How an exchange or a stream failed, as a value: whose fault it is, what the client is told, and whether to try again. */
enum Fault implements Reason {
  PROXY_HEADER_MISSING(
      400,
      Source.CLIENT,
      Retry.NEVER,
      "proxy-header-missing",
      "The connection does not begin with the PROXY header that its sender owes"),
  PROXY_HEADER_MALFORMED(
      400, Source.CLIENT, Retry.NEVER, "proxy-header-malformed", "The PROXY header is malformed"),
  PROXY_HEADER_TOO_LARGE(
      400, Source.CLIENT, Retry.NEVER, "proxy-header-too-large", "The PROXY header is too large"),
  PROXY_HEADER_TIMEOUT(
      408,
      Source.CLIENT,
      Retry.NEVER,
      "proxy-header-timeout",
      "The PROXY header did not arrive in time"),
  NO_HOST(
      404, Source.CLIENT, Retry.NEVER, "no-host", "No load balancer on this port serves that host"),
  NO_ROUTE(404, Source.CLIENT, Retry.NEVER, "no-route", "No route of this host takes that path"),
  MISDIRECTED(
      421,
      Source.CLIENT,
      Retry.NEVER,
      "misdirected",
      "The certificate that this connection was begun with is not for that host"),
  HEAD_TIMEOUT(
      408, Source.CLIENT, Retry.NEVER, "head-timeout", "The request head did not arrive in time"),
  CLIENT_SILENT(
      408, Source.CLIENT, Retry.NEVER, "client-silent", "The request body did not arrive in time"),
  CLIENT_STALLED(
      408, Source.CLIENT, Retry.NEVER, "client-stalled", "The client stopped taking the answer"),
  CLIENT_LEFT(
      499, Source.CLIENT, Retry.NEVER, "client-left", "The client left before it was answered"),

  NO_BACKEND(
      503, Source.OURSELVES, Retry.NEVER, "no-backend", "No backend of the pool may be picked"),
  QUEUE_FULL(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "queue-full",
      "The pool is at its limits, and too many wait for room already"),
  QUEUE_TIMEOUT(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "queue-timeout",
      "The pool is at its limits, and there was no room in time"),
  TOO_MANY_CONNECTS(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "too-many-connects",
      "Too many connections to backends are pending"),
  DEADLINE(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "shutdown",
      "The LB server stopped before the exchange ended"),
  CONNECT_LOCAL(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "connect-local",
      "This LB server has no socket or address left to connect with"),
  DRAIN_TIMEOUT(
      503,
      Source.OURSELVES,
      Retry.NEVER,
      "drain-timeout",
      "The listener was removed, and the stream went on for longer than drainTimeout"),
  OVERALL_TIMEOUT(
      504,
      Source.OURSELVES,
      Retry.NEVER,
      "overall-timeout",
      "The exchange took longer than the pool allows"),

  CONNECT_REFUSED(
      502, Source.UPSTREAM, Retry.FREE, "connect-refused", "The backend refused the connection"),
  CONNECT_FAILED(
      502, Source.UPSTREAM, Retry.UNSENT, "connect-failed", "The backend could not be reached"),
  CONNECT_TIMEOUT(
      504,
      Source.UPSTREAM,
      Retry.UNSENT,
      "connect-timeout",
      "The backend did not accept the connection in time"),
  CONNECT_TLS_FAILED(
      502,
      Source.UPSTREAM,
      Retry.UNSENT,
      "connect-tls-failed",
      "TLS with the backend did not come about"),
  CLOSED_UNANSWERED(
      502,
      Source.UPSTREAM,
      Retry.REPLAYABLE,
      "closed-unanswered",
      "The backend closed the connection without an answer"),
  CLOSED_IN_HEAD(
      502,
      Source.UPSTREAM,
      Retry.REPLAYABLE,
      "closed-in-head",
      "The backend closed the connection within the head of its answer"),
  CLOSED_IN_BODY(
      502,
      Source.UPSTREAM,
      Retry.NEVER,
      "closed-in-body",
      "The backend closed the connection within its answer"),
  ANSWER_MALFORMED(
      502,
      Source.UPSTREAM,
      Retry.NEVER,
      "answer-malformed",
      "The backend's answer is not proper HTTP/1.1"),
  FIRST_BYTE_TIMEOUT(
      504,
      Source.UPSTREAM,
      Retry.REPLAYABLE,
      "first-byte-timeout",
      "The backend did not begin to answer in time"),
  BACKEND_SILENT(
      504, Source.UPSTREAM, Retry.NEVER, "backend-silent", "The backend stopped answering"),
  STREAM_IDLE(
      504,
      Source.OURSELVES,
      Retry.NEVER,
      "stream-idle",
      "Nothing was said on the stream for too long");

  /** Whose fault it is. */
  enum Source {
    CLIENT,
    UPSTREAM,
    OURSELVES
  }

  /** What may be done about it. */
  enum Retry {
    NEVER,
    /** No byte was sent, and it was known at once: any request may go to another backend, and that counts as no attempt. */
    FREE,
    /** No byte was sent: any request may go to another backend. */
    UNSENT,
    /** It was sent, and no answer has begun: a replayable request may go out once more. */
    REPLAYABLE
  }

  private final int status;
  private final Source source;
  private final Retry retry;
  private final String token;
  private final String sentence;

  Fault(int status, Source source, Retry retry, String token, String sentence) {
    this.status = status;
    this.source = source;
    this.retry = retry;
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

  Source source() {
    return source;
  }

  /**
   * Whether it is the backend that has failed.
   *
   * @param isItsTurn whether it is being reached, or waited for: then it has used up the time there was
   */
  boolean isOfBackend(boolean isItsTurn) {
    return source == Source.UPSTREAM || (this == OVERALL_TIMEOUT && isItsTurn);
  }

  Retry retry() {
    return retry;
  }
}
