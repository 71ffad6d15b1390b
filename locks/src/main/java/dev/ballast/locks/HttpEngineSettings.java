package dev.ballast.locks;

import java.net.URI;
import java.time.Duration;
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
        throw new IllegalArgumentException(
            "'" + controller + "' is no controller: want http://HOST:PORT or https://HOST:PORT");
      }
    }
  }

  public static HttpEngineSettings of(List<URI> controllers, String token) {
    return new HttpEngineSettings(controllers, token, "", Duration.ofSeconds(5), null);
  }

  /** The token stays out of logs. */
  @Override
  public String toString() {
    return "controllers " + controllers;
  }
}
