package dev.ballast.locks;

import java.net.URI;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Engines by the scheme of their URL. Each is in a class of its own, which needs its driver only when it is used. */
public final class LockEngines {
  private LockEngines() {}

  /**
   * The engine for a URL; PostgreSQL is connected at once, the others with the first call.
   *
   * @param url {@code postgresql://}, {@code redis://}, {@code rediss://}, {@code redlock://}, {@code etcd://}, {@code http://} or {@code https://}; see the engines for what follows
   * @param ticker the monotonic clock, of which Redlock needs one
   * @param random likewise; unpredictable where others may guess
   * @throws IllegalArgumentException if there is none for it, or the URL is wrong; says why without passwords
   * @throws EngineUnavailable if it has to be connected, and can't be
   */
  public static LockEngine connect(String url, Ticker ticker, RandomGenerator random) {
    String scheme = scheme(url);
    return switch (scheme) {
      case "postgres", "postgresql", "jdbc:postgresql" -> PostgresEngine.connect(url);
      case "redis", "rediss" -> RedisEngine.connect(url);
      case "redlock" -> RedlockEngine.connect(url, ticker, random);
      case "etcd" -> EtcdEngine.connect(url);
      case "http", "https" -> http(url);
      default ->
          throw new IllegalArgumentException(
              "no engine of locks has the scheme '"
                  + scheme
                  + "': want postgresql, redis, redlock, etcd or https");
    };
  }

  /** What stands before {@code ://}; passwords stand behind it, so a message may show it. */
  static String scheme(String url) {
    int end = url.indexOf("://");
    return end < 0 ? "" : url.substring(0, end);
  }

  /** Controllers as {@code https://:TOKEN@HOST:PORT,https://HOST:PORT}: the first token is that of all. */
  private static LockEngine http(String url) {
    List<URI> uris = Stream.of(url.split(",", -1)).map(URI::create).toList();
    String user = uris.getFirst().getUserInfo();
    String token = user == null ? "" : user.substring(user.indexOf(':') + 1);
    return new HttpEngine(
        HttpEngineSettings.of(uris.stream().map(LockEngines::withoutUser).toList(), token));
  }

  private static URI withoutUser(URI uri) {
    String authority = uri.getRawAuthority();
    return authority == null
        ? uri
        : URI.create(
            uri.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1));
  }
}
