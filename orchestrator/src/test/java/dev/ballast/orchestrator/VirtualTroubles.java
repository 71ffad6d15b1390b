package dev.ballast.orchestrator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When which member could not do its work, and why not all of it is its fault. Owned by one schedule. */
final class VirtualTroubles {
  private final Map<String, List<Trouble>> troubles = new HashMap<>();

  /** @param probesAgain when its share is probed again at the latest, by whomever */
  private record Trouble(long from, long to, long probesAgain) {}

  /** The whole of it ends at {@code to}; others take over at {@code probesAgain}, if that is earlier. */
  void add(String member, long from, long to, long probesAgain) {
    troubles
        .computeIfAbsent(member, _ -> new ArrayList<>())
        .add(new Trouble(from, to, Math.min(to, probesAgain)));
  }

  /** When the last trouble of a member that has begun is over. */
  long until(String member) {
    long until = 0;
    for (Trouble trouble : troubles.getOrDefault(member, List.of())) {
      until = Math.max(until, trouble.to());
    }
    return until;
  }

  /**
   * For how long, between two times, troubles of a member kept its share from being probed.
   *
   * @param isReplaced whether there was somebody to take over
   */
  long unprobed(String member, long from, long to, boolean isReplaced) {
    long sum = 0;
    for (Trouble trouble : troubles.getOrDefault(member, List.of())) {
      long end = isReplaced ? trouble.probesAgain() : trouble.to();
      sum += Math.max(0, Math.min(to, end) - Math.max(from, trouble.from()));
    }
    return sum;
  }
}
