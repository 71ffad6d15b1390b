package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All nodes, asked at once, each on a virtual thread. An answer is awaited only until the matter is decided: what a minority does
 * that hangs is not waited for.
 */
final class RedlockNodes implements AutoCloseable {
  private final List<RedlockNode> nodes;
  private final EngineUrl url;
  private final Duration timeout;
  private final Ticker ticker;

  RedlockNodes(EngineUrl url, List<RedlockNode> nodes, Duration timeout, Ticker ticker) {
    this.url = url;
    this.nodes = List.copyOf(nodes);
    this.timeout = timeout;
    this.ticker = ticker;
  }

  /** What one node has answered; null is an answer too. */
  record Vote(@Nullable Object answer) {}

  private record Outcome(@Nullable Vote vote, @Nullable RuntimeException trouble) {}

  /**
   * What the nodes have answered until the matter was decided, or all had answered, or the time was over.
   *
   * @param troubles of those that gave no answer
   */
  record Votes(List<Vote> answers, List<RuntimeException> troubles) {}

  List<RedlockNode> all() {
    return nodes;
  }

  int size() {
    return nodes.size();
  }

  /** More than half: any two of so many share a node. */
  int quorum() {
    return nodes.size() / 2 + 1;
  }

  /** Whether so many are against it that no quorum can be for it. */
  boolean isRefused(long against) {
    return against > nodes.size() - quorum();
  }

  /**
   * Runs an operation on all nodes.
   *
   * @throws EngineUnavailable if fewer than a quorum answered
   */
  Votes ask(List<?> arguments, Predicate<List<Vote>> isDecided) {
    var votes = poll(node -> node.call(arguments), isDecided);
    if (votes.answers.size() < quorum()) {
      throw unavailable(votes);
    }
    return votes;
  }

  EngineUnavailable unavailable(Votes votes) {
    var trouble =
        new EngineUnavailable(
            "%d of %d nodes of %s have answered within %d ms, and it takes %d: %s"
                .formatted(
                    votes.answers.size(),
                    size(),
                    url,
                    2 * timeout.toMillis(),
                    quorum(),
                    votes.troubles.stream().map(Throwable::getMessage).toList()));
    votes.troubles.forEach(trouble::addSuppressed);
    return trouble;
  }

  /** As {@link #ask}, whatever is to be done, and however few answer. */
  Votes poll(Function<RedlockNode, @Nullable Object> call, Predicate<List<Vote>> isDecided) {
    long deadline = ticker.nanos() + 2 * timeout.toNanos();
    var outcomes = new LinkedBlockingQueue<Outcome>();
    for (RedlockNode node : nodes) {
      Thread.ofVirtual()
          .name("ballast-redlock-" + node.redis().address())
          .start(() -> outcomes.add(outcome(node, call)));
    }
    var answers = new ArrayList<Vote>();
    var troubles = new ArrayList<RuntimeException>();
    while (answers.size() + troubles.size() < nodes.size() && !isDecided.test(answers)) {
      var outcome = next(outcomes, deadline - ticker.nanos());
      if (outcome == null) {
        break;
      }
      if (outcome.vote != null) {
        answers.add(outcome.vote);
      } else if (outcome.trouble != null) {
        troubles.add(outcome.trouble);
      }
    }
    return new Votes(answers, troubles);
  }

  private static Outcome outcome(RedlockNode node, Function<RedlockNode, @Nullable Object> call) {
    try {
      return new Outcome(new Vote(call.apply(node)), null);
    } catch (RuntimeException e) {
      return new Outcome(null, e);
    }
  }

  private @Nullable Outcome next(LinkedBlockingQueue<Outcome> outcomes, long nanos) {
    try {
      return outcomes.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable("interrupted in a call to " + url, e);
    }
  }

  @Override
  public void close() {
    nodes.forEach(RedlockNode::close);
  }
}
