package dev.ballast.controller;

import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineFacts;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Holding;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LocksJson;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Locks over HTTP: one request for each call of {@link LockEngine}, and {@link LockByName} for whoever has no more than an HTTP
 * client. The controller keeps nothing of it but whom to wake: its state is the engine's, and outlives it.
 */
final class LockApi {
  static final String WAKES = "/v1/wakes";
  private static final Logger log = LoggerFactory.getLogger(LockApi.class);
  private static final int HOLDINGS = 100_000;
  private static final Pattern CLIENT = Pattern.compile("[0-9a-f]{16}");

  private final LockEngine engine;
  private final Wakes wakes;
  private final LockByName byName;
  private volatile @Nullable EngineFacts facts;

  LockApi(Locking locking, LockMetrics metrics, LongSupplier nanoTime) {
    this.engine = new CountedEngine(locking.engine(), metrics, nanoTime);
    this.wakes = new Wakes(engine, nanoTime);
    this.byName = new LockByName(engine, wakes, locking.random(), nanoTime);
    metrics.observe(wakes::clients, byName::waiting);
  }

  /** An endpoint of this API. */
  private interface Endpoint {
    Reply answer(Call call) throws IOException, InterruptedException;
  }

  List<Router.Route> routes() {
    return List.of(
        route("GET", "/v1/lock-engine", _ -> Answer.json(LocksJson.of(facts()))),
        route("PUT", "/v1/leases/{}", this::open),
        route("DELETE", "/v1/leases/{}", this::close),
        route("POST", "/v1/leases/{}/renew", this::renew),
        route("POST", "/v1/leases/{}/claim", this::claim),
        route("POST", "/v1/leases/{}/release", this::release),
        route("GET", "/v1/locks", this::list),
        route("GET", "/v1/locks/{}", this::one),
        route("POST", "/v1/locks/{}", byName::acquire),
        route("DELETE", "/v1/locks/{}", this::breakLock),
        route("GET", "/v1/orchestrators", _ -> Answer.json(Orchestrators.json(engine))),
        route("GET", WAKES, this::awaitWakes),
        route("POST", WAKES, this::wake));
  }

  /** What engines refuse as an argument is the caller's mistake here. */
  private static Router.Route route(String method, String pattern, Endpoint endpoint) {
    return Router.Route.of(
        method,
        pattern,
        call -> {
          try {
            return endpoint.answer(call);
          } catch (IllegalArgumentException e) {
            throw LockBody.invalid(String.valueOf(e.getMessage()));
          }
        });
  }

  private static LeaseId lease(Call call) {
    return new LeaseId(call.name(0));
  }

  private Reply open(Call call) throws IOException {
    var body = LockBody.read(call, Set.of("owner", "ttl", "claims", "wait"));
    Duration ttl = body.ttl();
    String owner = body.owner();
    ObjectNode json = Json.object().put("lease", call.name(0));
    if (body.hasClaims()) {
      var opened = engine.openAndClaim(lease(call), owner, ttl, body.claims(), body.isWaiting());
      json.put("ttl", LocksJson.text(opened.ttl()));
      putAnswers(json, opened.answers());
    } else {
      json.put("ttl", LocksJson.text(engine.open(lease(call), owner, ttl)));
    }
    return Answer.json(json);
  }

  private Reply close(Call call) {
    engine.close(lease(call));
    return Answer.empty(204);
  }

  private Reply renew(Call call) throws IOException {
    LockBody.read(call, Set.of());
    if (!engine.renew(lease(call))) {
      throw new LeaseLost("there is no lease " + call.name(0) + ": it has run out, or was closed");
    }
    return Answer.json(Json.object().put("lease", call.name(0)));
  }

  private Reply claim(Call call) throws IOException {
    var body = LockBody.read(call, Set.of("claims", "wait"));
    ObjectNode json = Json.object();
    putAnswers(json, engine.claim(lease(call), body.claims(), body.isWaiting()));
    return Answer.json(json);
  }

  private static void putAnswers(ObjectNode json, List<dev.ballast.locks.Answer> answers) {
    answers.stream().map(LocksJson::of).forEach(json.putArray("answers")::add);
  }

  private Reply release(Call call) throws IOException {
    engine.release(lease(call), LockBody.read(call, Set.of("names")).names());
    return Answer.empty(204);
  }

  private Reply list(Call call) {
    List<Holding> holdings = engine.list(call.parameter("prefix").orElse(""));
    if (holdings.size() > HOLDINGS) {
      throw HttpProblem.unavailable(
          "too-many-claims",
          holdings.size()
              + " claims begin so; at most "
              + HOLDINGS
              + " are told: give a longer prefix");
    }
    return items(holdings);
  }

  private Reply one(Call call) {
    String name = Claim.checkName(call.name(0));
    return items(engine.list(name).stream().filter(one -> one.name().equals(name)).toList());
  }

  private Reply breakLock(Call call) {
    List<Holding> broken = engine.breakLock(Claim.checkName(call.name(0)));
    log.warn(
        "{} broke the lock '{}' and ended {}",
        call.who(),
        call.name(0),
        broken.isEmpty()
            ? "nothing: nobody held it"
            : broken.stream().map(LockApi::described).collect(Collectors.joining(", ")));
    return items(broken);
  }

  private static String described(Holding one) {
    return "lease %s of '%s' (token %d)".formatted(one.lease(), one.owner(), one.token());
  }

  private static Reply items(List<Holding> holdings) {
    ObjectNode json = Json.object();
    holdings.stream().map(LocksJson::of).forEach(json.putArray("items")::add);
    return Answer.json(json);
  }

  private Reply awaitWakes(Call call) throws InterruptedException {
    String client = call.parameter("client").orElse("");
    if (!CLIENT.matcher(client).matches()) {
      throw LockBody.invalid(
          "client is the first 16 hexadecimal digits of the leases to hear of, not '"
              + client
              + "'");
    }
    var woken = wakes.await(client, LockBody.waiting(call.parameter("wait").orElse("0ms")));
    ObjectNode json = Json.object().put("isAny", woken.isAny());
    ArrayNode leases = json.putArray("leases");
    woken.leases().forEach(lease -> leases.add(lease.value()));
    return Answer.json(json);
  }

  private Reply wake(Call call) throws IOException {
    engine.wake(LockBody.read(call, Set.of("leases")).leases());
    return Answer.empty(204);
  }

  /** Asked until it is known, then no more. */
  private EngineFacts facts() {
    var known = facts;
    if (known == null) {
      known = engine.facts();
      facts = known;
    }
    return known;
  }

  /** What keeps the locks, for the status, and what it lacks. */
  void putStatus(ObjectNode json, ArrayNode warnings) {
    try {
      var known = facts();
      json.put("engine", known.name()).put("promise", known.promise());
      known.warnings().forEach(warning -> warnings.add("locks: " + warning));
    } catch (EngineUnavailable e) {
      json.put("engine", "unreachable");
      warnings.add("locks: " + e.getMessage());
    }
  }
}
