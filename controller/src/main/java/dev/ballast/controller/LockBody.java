package dev.ballast.controller;

import dev.ballast.locks.Claim;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.LocksJson;
import dev.ballast.locks.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The body of a request about locks, read with its limits. What does not fit is a {@link HttpProblem} of 400, 413 or 422. */
record LockBody(ObjectNode json) {
  static final int BYTES = 1 << 20;
  static final int NAMES = 1_000;
  static final Duration WAIT = Duration.ofSeconds(30);
  private static final Duration TTL = Duration.ofSeconds(15);

  /**
   * Reads it.
   *
   * @param keys that it may have
   */
  static LockBody read(Call call, Set<String> keys) throws IOException {
    ObjectNode json = Json.readObject(call.body(BYTES));
    for (String key : json.propertyNames()) {
      if (!keys.contains(key)) {
        throw invalid("'" + key + "' means nothing here; want: " + String.join(", ", sorted(keys)));
      }
    }
    return new LockBody(json);
  }

  private static List<String> sorted(Set<String> keys) {
    return keys.stream().sorted().toList();
  }

  static HttpProblem invalid(String detail) {
    return HttpProblem.of(422, "invalid", detail);
  }

  String owner() {
    String owner = text("owner", "");
    Claim.check("an owner", owner);
    return owner;
  }

  /** Checked before anything is asked of the engine. */
  Duration ttl() {
    Duration ttl = json.has("ttl") ? LocksJson.duration(text("ttl", "")) : TTL;
    if (ttl.compareTo(LockEngine.MIN_TTL) < 0 || ttl.compareTo(LockEngine.MAX_TTL) > 0) {
      throw invalid("a lease lives for 100ms to 1d, not " + ttl.toMillis() + "ms");
    }
    return ttl;
  }

  /** How long to wait: none if it is not said. */
  Duration waiting() {
    return waiting(text("wait", "0ms"));
  }

  static Duration waiting(String text) {
    Duration wait = LocksJson.duration(text);
    if (wait.compareTo(WAIT) > 0) {
      throw invalid(
          "wait is at most "
              + WAIT.toSeconds()
              + "s: ask again with the same lease, or stand in line"
              + " with PUT /v1/leases/LEASE");
    }
    return wait;
  }

  /** Whether what is not granted stays in the queue. */
  boolean isWaiting() {
    JsonNode wait = json.path("wait");
    if (!wait.isMissingNode() && !wait.isBoolean()) {
      throw invalid("wait is true or false");
    }
    return wait.asBoolean(false);
  }

  Mode mode() {
    return Mode.parse(text("mode", "exclusive"));
  }

  String note() {
    return text("note", "");
  }

  boolean hasClaims() {
    return json.has("claims");
  }

  List<Claim> claims() {
    List<Claim> claims = array("claims").map(LocksJson::claim).toList();
    var names = new HashSet<String>();
    for (Claim claim : claims) {
      if (!names.add(claim.name())) {
        throw invalid("'" + claim.name() + "' is claimed twice in one call");
      }
    }
    return claims;
  }

  List<String> names() {
    return array("names").map(name -> Claim.checkName(name.asString(""))).toList();
  }

  List<LeaseId> leases() {
    return array("leases").map(lease -> new LeaseId(lease.asString(""))).toList();
  }

  private Stream<JsonNode> array(String key) {
    JsonNode array = json.path(key);
    if (!array.isArray()) {
      throw invalid(key + " is a list");
    }
    if (array.size() > NAMES) {
      throw HttpProblem.of(
          413, "too-large", "at most " + NAMES + " " + key + " in one call, not " + array.size());
    }
    return array.valueStream();
  }

  private String text(String key, String otherwise) {
    JsonNode value = json.path(key);
    if (!value.isMissingNode() && !value.isString()) {
      throw invalid(key + " is text");
    }
    return value.asString(otherwise);
  }
}
