package dev.ballast.proxy;

import org.jspecify.annotations.Nullable;

/**
 * How the requests of a route are treated: all that an exchange keeps of its route. Refers to no pool and no snapshot, so that
 * long exchanges keep none of them alive. Immutable.
 *
 * @param host what the backend sees as Host; null: what the client sent
 * @param maxBodyBytes of a request
 * @param forwarder of the load balancer
 * @param pages of the load balancer
 * @param books where its exchanges are entered
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RoutePolicy(
    byte @Nullable [] host,
    PathRewrite path,
    HeaderLines requestLines,
    HeaderLines answerLines,
    long maxBodyBytes,
    Forwarder forwarder,
    ErrorPages pages,
    Books books) {
  static final long NO_LIMIT = Long.MAX_VALUE;

  /** Nothing is changed, and nothing said of the client. */
  static final RoutePolicy NONE = unchanged(Forwarder.NONE, ErrorPages.NONE, Books.NONE);

  /** Nothing is changed. */
  static RoutePolicy unchanged(Forwarder forwarder, ErrorPages pages, Books books) {
    return new RoutePolicy(
        null,
        PathRewrite.Unchanged.INSTANCE,
        HeaderLines.NONE,
        HeaderLines.NONE,
        NO_LIMIT,
        forwarder,
        pages,
        books);
  }
}
