package dev.ballast.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * One backend as one LB server sees it, out of that server's report.
 *
 * @param isEligible whether it may be picked there
 * @param standing how it stands there by itself: {@code healthy}, {@code ejected}, …
 * @param reason why, in that server's words
 */
record BackendSight(String server, boolean isEligible, String standing, String reason) {
  private static final Set<String> PANIC_ONLY = Set.of("unhealthy", "ejected", "unknown-and-new");
  private static final Set<String> USABLE =
      Set.of("healthy", "unchecked", "unknown-among-unknown", "unknown-for-long");
  private static final Set<String> FAULTS = Set.of("ejected", "address-unknown");
  private static final Pattern FRACTION = Pattern.compile("(:\\d\\d)\\.\\d+Z");
  private static final Pattern EJECTION = Pattern.compile("^(panic, though )?ejected for ");

  /** What all LB servers that answered see, by {@code POOL/BACKEND}. */
  static Map<String, List<BackendSight>> all(JsonNode rollout) {
    var sights = new HashMap<String, List<BackendSight>>();
    for (JsonNode server : rollout.path("servers")) {
      for (JsonNode pool : server.path("report").path("pools")) {
        String prefix = pool.path("name").asString() + "/";
        for (JsonNode backend : pool.path("backends")) {
          sights
              .computeIfAbsent(prefix + backend.path("name").asString(), _ -> new ArrayList<>())
              .add(of(server.path("name").asString(), backend));
        }
      }
    }
    return sights;
  }

  private static BackendSight of(String server, JsonNode backend) {
    return new BackendSight(
        server,
        backend.path("eligible").asBoolean(false),
        backend.path("standing").asString(""),
        backend.path("reason").asString(""));
  }

  boolean isStanding(String word) {
    return standing.equals(word);
  }

  /** Whether it is out there, by nobody's wish and no verdict. */
  boolean isFaulty() {
    return FAULTS.contains(standing);
  }

  /** Whether it is used there only because its pool is in panic. */
  boolean isUsedInPanic() {
    return isEligible && PANIC_ONLY.contains(standing);
  }

  /** Whether others are preferred to it there. */
  boolean isSpare() {
    return !isEligible && USABLE.contains(standing);
  }

  /** Where and why it is ejected. */
  String ejection() {
    String why = EJECTION.matcher(reason).replaceFirst("");
    return server + ": " + FRACTION.matcher(why).replaceAll("$1Z");
  }
}
