package dev.ballast.verify;

import dev.ballast.verify.TokenHistory.Grant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the clients of one lock said of it, and what the two registers saw. Thread-safe. */
final class FaultHistory {
  private final FencedRegister fenced = new FencedRegister(true);
  private final FencedRegister plain = new FencedRegister(false);
  private final List<Grant> grants = new ArrayList<>();
  private final Map<Long, Belief> beliefs = new HashMap<>();

  /** The time in which a client certainly had the lock, by what {@code isStillMine} said. */
  private record Belief(String client, long token, long from, long to) {}

  /** A register that refuses stale tokens. */
  FencedRegister fenced() {
    return fenced;
  }

  /** One that trusts the lock. */
  FencedRegister plain() {
    return plain;
  }

  synchronized void granted(String client, long token, long asked, long answered) {
    grants.add(new Grant(client, token, asked, answered));
    beliefs.put(token, new Belief(client, token, answered, answered));
  }

  synchronized void believed(long token, long at) {
    beliefs.computeIfPresent(
        token, (_, old) -> new Belief(old.client, token, old.from, Math.max(old.to, at)));
  }

  synchronized int grants() {
    return grants.size();
  }

  /**
   * What is wrong with it, for people.
   *
   * @param keepsBelief whether {@code isStillMine} must have been right
   */
  synchronized List<String> violations(boolean keepsBelief) {
    var violations = new ArrayList<String>();
    violationOf(fenced).ifPresent(violations::add);
    if (!isSorted(fenced.accepted())) {
      violations.add("the register accepted a token older than one before: " + fenced.accepted());
    }
    TokenHistory.violation(grants).ifPresent(violations::add);
    if (keepsBelief) {
      overlap().ifPresent(violations::add);
    }
    return violations;
  }

  /** The same of the register without a fence: what the lock alone could not prevent. */
  synchronized List<String> violationsWithoutFence() {
    var violations = new ArrayList<String>();
    violationOf(plain).ifPresent(violations::add);
    if (!isSorted(plain.accepted())) {
      violations.add("a holder that had lost the lock used the register after the next one");
    }
    return violations;
  }

  private static Optional<String> violationOf(FencedRegister register) {
    var history = register.history();
    return Linearizability.isLinearizable(new RegisterModel(register.isFenced()), history)
        ? Optional.empty()
        : Optional.of("the register is not linearizable: " + history);
  }

  private static boolean isSorted(List<Long> tokens) {
    return tokens.stream().sorted().toList().equals(tokens);
  }

  private Optional<String> overlap() {
    Belief latest = new Belief("", 0, 0, Long.MIN_VALUE);
    for (Belief belief :
        beliefs.values().stream().sorted(Comparator.comparingLong(Belief::from)).toList()) {
      if (belief.from < latest.to) {
        return Optional.of("two believed to hold the lock at once: " + latest + " and " + belief);
      }
      latest = belief;
    }
    return Optional.empty();
  }
}
