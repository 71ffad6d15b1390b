package dev.ballast.locks;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How controllers are reached.
 *
 * @param controllers at least one, {@code http} or {@code https}, of one system; one that fails is left for the next
 * @param token the bearer token of all of them; empty for none
 * @param user who breaks locks, for the controller's log; empty for nobody in particular
 * @param timeout how long one of them may take to answer, default 5 s; a call may take as often as long as there are controllers
 * @param tls what to trust, null for what the Java runtime trusts
 */
public record HttpEngineSettings(
    List<URI> controllers, String token, String user, Duration timeout, @Nullable SSLContext tls) {
  public HttpEngineSettings {
    controllers = List.copyOf(controllers);
    if (controllers.isEmpty()) {
      throw new IllegalArgumentException("at least one controller is needed");
    }
    for (URI controller : controllers) {
      if (controller.getHost() == null
          || !List.of("http", "https").contains(controller.getScheme())) {
        throw noController();
      }
    }
  }

  public static HttpEngineSettings of(List<URI> controllers, String token) {
    return new HttpEngineSettings(controllers, token, "", Duration.ofSeconds(5), null);
  }

  /**
   * Controllers as {@code https://:TOKEN@HOST:PORT,https://HOST:PORT}, percent-encoded where need be. The first one's token is that
   * of all.
   *
   * @throws IllegalArgumentException if one is no such address, quoting none, for they may have tokens
   */
  public static HttpEngineSettings parse(String addresses) {
    var controllers = new ArrayList<URI>();
    String token = "";
    for (String address : addresses.split(",", -1)) {
      int host = address.indexOf("://") + 3;
      int user = address.lastIndexOf('@');
      if (host < 3) {
        throw noController();
      }
      if (controllers.isEmpty() && user >= host) {
        token = token(address.substring(host, user));
      }
      controllers.add(
          address(address.substring(0, host), address.substring(Math.max(host, user + 1))));
    }
    return of(controllers, token);
  }

  private static String token(String user) {
    try {
      String token = user.substring(user.indexOf(':') + 1).replace("+", "%2B");
      return URLDecoder.decode(token, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw noController();
    }
  }

  private static URI address(String scheme, String place) {
    try {
      return new URI(scheme + place);
    } catch (URISyntaxException _) {
      throw noController();
    }
  }

  private static IllegalArgumentException noController() {
    return new IllegalArgumentException(
        "a controller's address is wrong: want http://HOST:PORT or https://HOST:PORT, with :TOKEN@ before the host if need be");
  }

  /** The token stays out of logs. */
  @Override
  public String toString() {
    return "controllers " + controllers;
  }
}
