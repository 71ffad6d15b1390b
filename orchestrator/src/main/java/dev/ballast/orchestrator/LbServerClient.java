package dev.ballast.orchestrator;

import dev.ballast.model.LbServer;
import dev.ballast.model.Revision;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks LB servers, at their admin ports, how they are and what they see of backends. An answer has {@value #LIMIT_BYTES} bytes at
 * most, and {@value #PATIENCE_MILLIS} ms. Thread-safe.
 */
final class LbServerClient implements AutoCloseable {
  /** Backends that are asked for at once. */
  static final int NAMES_LIMIT = 256;

  /** Longer silence, in milliseconds, says nothing more. */
  private static final long SILENCE_LIMIT = Duration.ofDays(1).toMillis();

  private static final int EJECTED_LIMIT = 1_000;
  private static final int LONGEST_AGO_MILLIS = 60_000;
  private static final int PATIENCE_MILLIS = 900;
  private static final int LIMIT_BYTES = 1 << 20;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpResponse.BodyHandler<String> BODY =
      HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), LIMIT_BYTES);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofMillis(PATIENCE_MILLIS))
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  /** What it says of itself; empty when it does not answer. */
  Optional<LbServerFacts> facts(LbServer server) throws InterruptedException {
    return ask(server, "/report?pools=false").map(LbServerClient::facts);
  }

  private static LbServerFacts facts(JsonNode report) {
    JsonNode sync = report.path("sync");
    return new LbServerFacts(
        report.path("instance").asString(""),
        report.path("ready").asBoolean(false),
        revision(report.path("revision").asString("")),
        sync.path("connected").asBoolean(false),
        TimeUnit.MILLISECONDS.toNanos(
            Math.clamp(sync.path("silentMillis").asLong(0), 0, SILENCE_LIMIT)),
        report.path("held").asString(""),
        sync.path("detail").asString(""),
        trouble(report));
  }

  private static Optional<Revision> revision(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Revision.parse(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static String trouble(JsonNode report) {
    if (report.path("revision").asString("").isEmpty()) {
      return "no snapshot is in use yet";
    }
    return report
        .path("listeners")
        .valueStream()
        .filter(listener -> listener.path("state").asString("").equals("failed"))
        .findFirst()
        .map(
            failed ->
                "listener %s of %s can't be bound: %s"
                    .formatted(
                        failed.path("name").asString(""),
                        failed.path("loadBalancer").asString(""),
                        failed.path("reason").asString("")))
        .orElse("it has no listener, or is about to stop");
  }

  /**
   * What it sees of backends; empty when it does not answer.
   *
   * @param names {@code POOL/BACKEND}, at most {@value #NAMES_LIMIT}
   */
  Optional<Observations> observations(LbServer server, Collection<String> names)
      throws InterruptedException {
    String query =
        names.stream()
            .limit(NAMES_LIMIT)
            .map(name -> "of=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return ask(server, query.isEmpty() ? "/observations" : "/observations?" + query)
        .filter(answer -> answer.path("instance").asString("").equals(server.instance()))
        .map(LbServerClient::observations);
  }

  private static Observations observations(JsonNode answer) {
    var ejected = new HashSet<String>();
    answer
        .path("ejected")
        .valueStream()
        .limit(EJECTED_LIMIT)
        .forEach(name -> ejected.add(name.asString("")));
    var good = new HashMap<String, Long>();
    answer
        .path("good")
        .propertyStream()
        .filter(entry -> isPlausible(entry.getValue()))
        .forEach(
            entry ->
                good.put(
                    entry.getKey(), TimeUnit.MILLISECONDS.toNanos(entry.getValue().asLong(0))));
    return new Observations(ejected, good);
  }

  /** Nobody has heard a backend in the future, and what is older than a minute is not asked for. */
  private static boolean isPlausible(JsonNode millis) {
    return millis.isIntegralNumber()
        && millis.canConvertToInt()
        && millis.asInt() >= 0
        && millis.asInt() <= LONGEST_AGO_MILLIS;
  }

  /** The time limit is for all of it: the client's own one ends with the head of the answer. */
  private Optional<JsonNode> ask(LbServer server, String path) throws InterruptedException {
    if (server.adminAddress().isEmpty()) {
      return Optional.empty();
    }
    var request = HttpRequest.newBuilder(URI.create(server.admin() + path)).build();
    var answering = http.sendAsync(request, BODY);
    try {
      var answer = answering.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return answer.statusCode() == 200
          ? Optional.of(JSON.readTree(answer.body()))
          : Optional.empty();
    } catch (ExecutionException | TimeoutException | JacksonException _) {
      return Optional.empty();
    } finally {
      answering.cancel(true);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
