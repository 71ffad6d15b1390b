package dev.ballast.locks;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Calls to etcd through its JSON gateway. Stays with one member as long as that answers; when it does not, the call goes to the
 * next, each at most once, unless it may not be repeated. With a user and password it logs in, and again when its token is
 * no longer taken.
 *
 * <p>Safe for use by many threads.
 */
final class EtcdClient implements AutoCloseable {
  static final int DEFAULT_PORT = 2379;
  static final int NOT_FOUND = 5;
  static final int FAILED_PRECONDITION = 9;
  private static final int UNAUTHENTICATED = 16;
  private static final int UNAVAILABLE = 14;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final Duration CONNECT = Duration.ofSeconds(1);

  static final JsonMapper JSON = new JsonMapper();

  private final AtomicInteger current = new AtomicInteger();
  private final HttpClient http;
  private final EngineUrl url;
  private final Duration timeout;
  private volatile @Nullable String login;

  EtcdClient(EngineUrl url, Duration timeout) {
    this.url = url;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  /** etcd has refused a call; the state is as it was. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final int code;
    private final String message;

    Refused(int code, String message) {
      super(message);
      this.code = code;
      this.message = message;
    }

    @Override
    public String getMessage() {
      return message;
    }

    /** As gRPC numbers them. */
    int code() {
      return code;
    }
  }

  /**
   * One call, where a refusal is a mistake or a lack of etcd.
   *
   * @throws EngineUnavailable if no member gave an answer, or etcd refused it
   */
  JsonNode call(String path, ObjectNode body) {
    try {
      return tryCall(path, body);
    } catch (Refused e) {
      throw new EngineUnavailable("etcd at %s says: %s".formatted(url, e.getMessage()), e);
    }
  }

  /**
   * One call to one member; to the next only where nothing was sent.
   *
   * @throws EngineUnavailable if there is no answer, or etcd refused it
   */
  JsonNode callOnce(String path, ObjectNode body) {
    try {
      return tryCall(path, body, false);
    } catch (Refused e) {
      throw new EngineUnavailable("etcd at %s says: %s".formatted(url, e.getMessage()), e);
    }
  }

  /**
   * One call.
   *
   * @throws EngineUnavailable if no member gave an answer
   */
  JsonNode tryCall(String path, ObjectNode body) throws Refused {
    return tryCall(path, body, true);
  }

  private JsonNode tryCall(String path, ObjectNode body, boolean isRepeatable) throws Refused {
    int members = url.addresses().size();
    for (int attempt = 1; ; attempt++) {
      int member = current.get();
      try {
        return callLoggedIn(member, path, body);
      } catch (IOException | JacksonException e) {
        failed(member);
        if (attempt >= members || !(isRepeatable || isUnsent(e))) {
          throw unreachable(e);
        }
      } catch (Refused e) {
        if (e.code != UNAVAILABLE && e.code != DEADLINE_EXCEEDED) {
          throw e;
        }
        failed(member);
        if (attempt >= members || !isRepeatable) {
          throw unreachable(e);
        }
      }
    }
  }

  private static boolean isUnsent(Exception e) {
    return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
  }

  private EngineUnavailable unreachable(Exception e) {
    return new EngineUnavailable(
        "etcd at %s gave no answer within %d ms, or can't be reached: %s"
            .formatted(url, timeout.toMillis(), e.getMessage() == null ? e : e.getMessage()),
        e);
  }

  private JsonNode callLoggedIn(int member, String path, ObjectNode body)
      throws IOException, Refused {
    try {
      return send(member, path, body, login(member));
    } catch (Refused e) {
      boolean isStale = e.code == UNAUTHENTICATED || e.getMessage().contains("auth token");
      if (!isStale || url.password() == null) {
        throw e;
      }
      login = null;
      return send(member, path, body, login(member));
    }
  }

  private @Nullable String login(int member) throws IOException {
    String known = login;
    String password = url.password();
    if (known != null || password == null) {
      return known;
    }
    try {
      var body = JSON.createObjectNode().put("name", url.user()).put("password", password);
      String token = send(member, "/v3/auth/authenticate", body, null).path("token").asString("");
      login = token;
      return token;
    } catch (Refused e) {
      if (e.code == UNAVAILABLE || e.code == DEADLINE_EXCEEDED) {
        throw new IOException(e);
      }
      throw new EngineUnavailable(
          "etcd at %s refuses the user or password of the URL: %s".formatted(url, e.getMessage()),
          e);
    }
  }

  private JsonNode send(int member, String path, ObjectNode body, @Nullable String token)
      throws IOException, Refused {
    var response =
        exchange(request(member, path, body, token), HttpResponse.BodyHandlers.ofByteArray());
    var answer = JSON.readTree(response.body());
    if (response.statusCode() != 200 || answer.has("error")) {
      throw refused(answer, response.statusCode());
    }
    return answer;
  }

  static Refused refused(JsonNode answer, int status) {
    var error = answer.path("error");
    var source = error.isObject() ? error : answer;
    return new Refused(
        source.path("code").asInt(source.path("grpc_code").asInt(-1)),
        source.path("message").asString("HTTP status " + status));
  }

  private HttpRequest request(int member, String path, ObjectNode body, @Nullable String token) {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + url.addresses().get(member) + path))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    if (token != null) {
      request.header("Authorization", token);
    }
    return request.build();
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    try {
      return http.send(request, handler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable("interrupted in a call to etcd at " + url, e);
    }
  }

  /**
   * A call whose answers go on, one JSON object a line, until the stream is closed. The next one goes to the next member if
   * this fails.
   *
   * @throws EngineUnavailable if the member did not begin to answer in time
   */
  InputStream stream(String path, ObjectNode body) {
    int member = current.get();
    try {
      var response =
          exchange(
              request(member, path, body, login(member)),
              HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        response.body().close();
        login = null;
        throw new IOException("HTTP status " + response.statusCode());
      }
      return response.body();
    } catch (IOException e) {
      failed(member);
      throw unreachable(e);
    }
  }

  /** The member that calls go to. */
  int member() {
    return current.get();
  }

  /** Leaves a member that does not answer. */
  void failed(int member) {
    current.compareAndSet(member, (member + 1) % url.addresses().size());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
