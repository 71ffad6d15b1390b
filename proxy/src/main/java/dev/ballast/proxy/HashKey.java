package dev.ballast.proxy;

import dev.ballast.balancing.KeyedHash;
import dev.ballast.model.RequestPart;
import java.nio.charset.StandardCharsets;

/**
 * The part of a request that decides where it goes, as a hash that all LB servers of a fleet make alike, and that nobody can
 * foresee who doesn't know the fleet's seed. Queries count as what they mean, not as how they are encoded; of a URI, the query is taken as it is
 * written, and the path as it is passed on. Immutable.
 */
final class HashKey {
  private static final byte[] COOKIE = Grammar.ascii("cookie");

  private final RequestPart.Kind kind;
  private final byte[] name;
  private final KeyedHash hash;

  HashKey(RequestPart part, long fleetSeed) {
    this.kind = part.kind();
    this.name = part.name().getBytes(StandardCharsets.UTF_8);
    this.hash = KeyedHash.ofKeys(fleetSeed);
  }

  /** Of a stream: it has an address only. */
  long of(Peer peer, long otherwise) {
    return kind == RequestPart.Kind.SOURCE_ADDRESS ? hash.of(peer.text()) : otherwise;
  }

  /**
   * @param origin knows the client, which trusted proxies may have named
   * @param otherwise for a request that does not have the part
   */
  long of(RequestHead head, Origin origin, long otherwise) {
    return switch (kind) {
      case SOURCE_ADDRESS -> hash.of(origin.client(), 0, origin.clientLength());
      case HEADER -> ofField(head, otherwise);
      case COOKIE -> ofCookie(head, otherwise);
      case PATH -> of(head, head.pathStart(), head.pathEnd());
      case QUERY -> ofQuery(head, otherwise);
      case URI -> of(head, head.pathStart(), head.targetEnd());
    };
  }

  private long of(RequestHead head, int start, int end) {
    return hash.of(head.bytes(), start, end - start);
  }

  /** Of the first field of the name. */
  private long ofField(RequestHead head, long otherwise) {
    FieldLines fields = head.fields();
    for (int line = 0; line < fields.count(); line++) {
      if (fields.isNamed(line, name) && !fields.isLeftOut(line)) {
        return of(head, fields.valueStart(line), fields.valueEnd(line));
      }
    }
    return otherwise;
  }

  private long ofCookie(RequestHead head, long otherwise) {
    FieldLines fields = head.fields();
    for (int line = 0; line < fields.count(); line++) {
      if (fields.isNamed(line, COOKIE)) {
        int end = fields.valueEnd(line);
        int value = CookieText.valueOf(name, head.bytes(), fields.valueStart(line), end);
        if (value >= 0) {
          return of(head, value, CookieText.stop(head.bytes(), value, end));
        }
      }
    }
    return otherwise;
  }

  private long ofQuery(RequestHead head, long otherwise) {
    int start = head.queryStart() + 1;
    int end = head.targetEnd();
    if (start >= end) {
      return otherwise;
    }
    byte[] bytes = head.bytes();
    if (name.length > 0) {
      return ofParameter(head, start, end, otherwise);
    }
    return QueryText.isPlain(bytes, start, end)
        ? of(head, start, end)
        : hash.of(QueryText.normalised(bytes, start, end));
  }

  /** What it means, however it is written. Only what is encoded is copied. */
  private long ofValue(RequestHead head, int start, int end) {
    byte[] bytes = head.bytes();
    return QueryText.isPlain(bytes, start, end)
        ? of(head, start, end)
        : hash.of(QueryText.decoded(bytes, start, end));
  }

  private long ofParameter(RequestHead head, int from, int end, long otherwise) {
    byte[] bytes = head.bytes();
    int at = from;
    while (at < end) {
      int stop = QueryText.indexOf(bytes, at, end, '&');
      int equals = QueryText.indexOf(bytes, at, stop, '=');
      if (QueryText.equals(bytes, at, equals, name)) {
        return ofValue(head, Math.min(equals + 1, stop), stop);
      }
      at = stop + 1;
    }
    return otherwise;
  }
}
