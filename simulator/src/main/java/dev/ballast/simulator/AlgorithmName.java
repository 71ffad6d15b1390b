package dev.ballast.simulator;

import dev.ballast.model.Algorithm;
import dev.ballast.model.Durations;
import dev.ballast.model.KeyTable;
import java.util.ArrayList;
import java.util.List;

/** How an algorithm is called where several are compared: its type, and the parameters that are not at their defaults. */
final class AlgorithmName {
  private AlgorithmName() {}

  /** Such as {@code hash over ring-hash}. */
  static String of(Algorithm algorithm) {
    var parts = new ArrayList<String>();
    parts.add(algorithm.type());
    switch (algorithm) {
      case Algorithm.PowerOfTwoChoices few -> choices(few.choices(), parts);
      case Algorithm.LeastResponseTime least -> {
        choices(least.choices(), parts);
        if (!least.decay().equals(Algorithm.LeastResponseTime.DEFAULT_DECAY)) {
          parts.add("decay " + Durations.text(least.decay()));
        }
      }
      case Algorithm.LeastLoad least -> {
        choices(least.choices(), parts);
        if (!least.expiry().equals(Algorithm.LeastLoad.DEFAULT_EXPIRY)) {
          parts.add("expiry " + Durations.text(least.expiry()));
        }
      }
      case Algorithm.Hash hash -> {
        if (!(hash.over() instanceof KeyTable.Maglev)) {
          parts.add("over " + hash.over().type());
        }
        if (hash.boundPercent() > 0) {
          parts.add("bound " + hash.boundPercent() + "%");
        }
      }
      case Algorithm.Custom custom -> parts.add(custom.factory());
      case Algorithm.RoundRobin _,
          Algorithm.WeightedRoundRobin _,
          Algorithm.LeastConnections _,
          Algorithm.WeightedLeastConnections _,
          Algorithm.Random _,
          Algorithm.WeightedRandom _ -> {}
    }
    return String.join(" ", parts);
  }

  private static void choices(int choices, List<String> parts) {
    if (choices != Algorithm.PowerOfTwoChoices.LEAST) {
      parts.add("choices " + choices);
    }
  }
}
