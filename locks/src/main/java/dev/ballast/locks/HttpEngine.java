package dev.ballast.locks;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The locks of a Ballast system, through the HTTP API of its controllers: for programs that may not reach the database. Every call
 * is one request, to another controller if the current one fails, but for releases and breaking, whose second effect would come
 * unforeseen; what is kept, and through what, is up to the engine behind them.
 * Wakes come by a long poll for each client that listens.
 *
 * <p>Safe for use by many threads.
 */
public final class HttpEngine implements LockEngine {
  private final ControllerCalls calls;
  private final Map<String, WakePoll> polls = new ConcurrentHashMap<>();

  public HttpEngine(HttpEngineSettings settings) {
    this.calls = new ControllerCalls(settings);
  }

  @Override
  public EngineFacts facts() {
    return LocksJson.facts(calls.send(ControllerCalls.Request.of("GET", "/v1/lock-engine")));
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    return ttl(calls.send(put(lease, opening(owner, ttl))));
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    ObjectNode body = opening(owner, ttl);
    putClaims(body, claims, wait);
    JsonNode answer = calls.send(put(lease, body));
    return new Opened(ttl(answer), answers(answer));
  }

  @Override
  public boolean renew(LeaseId lease) {
    try {
      calls.send(post("/v1/leases/" + lease + "/renew", object()));
      return true;
    } catch (LeaseLost _) {
      return false;
    }
  }

  @Override
  public void close(LeaseId lease) {
    calls.send(ControllerCalls.Request.of("DELETE", "/v1/leases/" + lease));
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    ObjectNode body = object();
    putClaims(body, claims, wait);
    return answers(calls.send(post("/v1/leases/" + lease + "/claim", body)));
  }

  /** Asks one controller: a release that hangs there may still come after what another one has answered. */
  @Override
  public void release(LeaseId lease, Collection<String> names) {
    ObjectNode body = object();
    names.forEach(body.putArray("names")::add);
    calls.send(
        new ControllerCalls.Request(
            "POST", "/v1/leases/" + lease + "/release", body, false, Duration.ZERO));
  }

  @Override
  public List<Holding> list(String prefix) {
    return holdings(
        calls.send(ControllerCalls.Request.of("GET", "/v1/locks?prefix=" + encoded(prefix))));
  }

  @Override
  public List<Holding> breakLock(String name) {
    var request =
        new ControllerCalls.Request(
            "DELETE", "/v1/locks/" + encoded(name), null, false, Duration.ZERO);
    return holdings(calls.send(request));
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    ObjectNode body = object();
    var array = body.putArray("leases");
    leases.forEach(lease -> array.add(lease.value()));
    calls.send(post("/v1/wakes", body));
  }

  /** Returns once a controller knows, or none has answered; then it goes on trying in the background. */
  @Override
  public void listen(String client, Waker waker) {
    var before = polls.put(client, WakePoll.start(calls, client, waker));
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void unlisten(String client) {
    var poll = polls.remove(client);
    if (poll != null) {
      poll.close();
    }
  }

  @Override
  public void close() {
    polls.values().forEach(WakePoll::close);
    polls.clear();
    calls.close();
  }

  private static ObjectNode opening(String owner, Duration ttl) {
    LocksSettings.checkTtl(ttl);
    return object().put("owner", owner).put("ttl", LocksJson.text(ttl));
  }

  private static void putClaims(ObjectNode body, List<Claim> claims, boolean wait) {
    claims.stream().map(LocksJson::of).forEach(body.put("wait", wait).putArray("claims")::add);
  }

  private static ControllerCalls.Request put(LeaseId lease, JsonNode body) {
    return ControllerCalls.Request.of("PUT", "/v1/leases/" + lease, body);
  }

  private static ControllerCalls.Request post(String path, JsonNode body) {
    return ControllerCalls.Request.of("POST", path, body);
  }

  private static Duration ttl(JsonNode answer) {
    return LocksJson.duration(answer.path("ttl").asString(""));
  }

  private static List<Answer> answers(JsonNode answer) {
    return answer.path("answers").valueStream().map(LocksJson::answer).toList();
  }

  private static List<Holding> holdings(JsonNode answer) {
    return answer.path("items").valueStream().map(LocksJson::holding).toList();
  }

  private static String encoded(String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    // A segment of dots would be taken for a way up by whatever stands between.
    return encoded.matches("\\.{1,2}") ? encoded.replace(".", "%2E") : encoded;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
