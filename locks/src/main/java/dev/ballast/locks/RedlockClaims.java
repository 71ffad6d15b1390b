package dev.ballast.locks;

import dev.ballast.locks.RedlockNodes.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a lease takes names from a quorum: first all nodes are asked for their votes; whoever has a quorum of them then writes
 * its token, one more than the newest that a quorum knows, to a quorum that knows none as new, and asks again with a newer one
 * where it is refused. Quorums overlap, so a token is newer than all that were granted before. What finds no quorum is taken
 * back from all nodes.
 *
 * <p>One object for each call; owned by its thread.
 */
final class RedlockClaims {
  private static final int ROUNDS = 16;

  private final RedlockNodes nodes;
  private final RandomGenerator random;
  private final LeaseId lease;
  private final List<Claim> claims;
  private final @Nullable Answer[] answers;

  /** Claims that have a quorum of votes, by their index: the tokens to write. */
  private final Map<Integer, Long> elected = new TreeMap<>();

  /** Names to be taken back, and whether from a node too that has a token for it: then it is one of this call. */
  private final Map<String, Boolean> undone = new TreeMap<>();

  /** Those of them that no node had a token for, so that nobody can have been given one. */
  private final Set<Integer> minted = new HashSet<>();

  private @Nullable EngineUnavailable trouble;

  RedlockClaims(RedlockNodes nodes, RandomGenerator random, LeaseId lease, List<Claim> claims) {
    this.nodes = nodes;
    this.random = random;
    this.lease = lease;
    this.claims = claims;
    this.answers = new Answer[claims.size()];
  }

  /** A node's answer to one claim. */
  private record Row(boolean isMine, long first, long second) {
    static Row of(Object row) {
      var columns = RedisNode.rows(row);
      return new Row(
          RedisNode.number(columns.get(0)) == 1,
          RedisNode.number(columns.get(1)),
          RedisNode.number(columns.get(2)));
    }

    long token() {
      return first;
    }

    long newest() {
      return second;
    }

    long remaining() {
      return first;
    }

    long ahead() {
      return second;
    }
  }

  /** @param ttl zero if the lease is to be there */
  List<Answer> take(String owner, Duration ttl, boolean wait) {
    var arguments = new ArrayList<Object>();
    arguments.addAll(List.of("take", lease, owner, ttl.toMillis(), wait ? 1 : 0));
    for (Claim claim : claims) {
      arguments.addAll(List.of(claim.name(), claim.mode().text(), claim.note()));
    }
    var all = nodes.poll(node -> node.call(arguments), this::isElected);
    var votes = all.answers();
    if (votes.size() < nodes.quorum()) {
      claims.forEach(claim -> undone.put(claim.name(), false));
      undo();
      throw nodes.unavailable(all);
    }
    long absent = votes.stream().filter(vote -> vote.answer() == null).count();
    for (int i = 0; i < claims.size(); i++) {
      elect(i, rows(votes, i));
    }
    if (nodes.isRefused(absent)) {
      claims.forEach(claim -> undone.put(claim.name(), false));
      undo();
      throw new LeaseLost("a quorum of nodes has no lease " + lease);
    }
    confirmAll();
    undo();
    if (trouble != null) {
      throw trouble;
    }
    return Arrays.stream(answers)
        .<Answer>map(answer -> answer == null ? waiting(1, 0) : answer)
        .toList();
  }

  private boolean isElected(List<Vote> votes) {
    for (int i = 0; i < claims.size(); i++) {
      long mine = rows(votes, i).stream().filter(Row::isMine).count();
      if (mine < nodes.quorum() && !nodes.isRefused(votes.size() - mine)) {
        return false;
      }
    }
    return votes.size() >= nodes.quorum();
  }

  private static List<Row> rows(List<Vote> votes, int i) {
    return votes.stream()
        .filter(vote -> vote.answer() != null)
        .map(vote -> Row.of(RedisNode.rows(vote.answer()).get(i)))
        .toList();
  }

  private void elect(int i, List<Row> rows) {
    var mine = rows.stream().filter(Row::isMine).toList();
    long token = mine.stream().mapToLong(Row::token).max().orElse(0);
    if (mine.size() >= nodes.quorum()) {
      long newest = mine.stream().mapToLong(Row::newest).max().orElse(0);
      elected.put(i, token > 0 ? token : newest + 1);
      if (token == 0) {
        minted.add(i);
      }
      if (mine.stream().filter(row -> token > 0 && row.token() == token).count()
          >= nodes.quorum()) {
        answers[i] = new Answer.Granted(token);
        elected.remove(i);
      }
    } else if (token > 0) {
      trouble =
          new EngineUnavailable(
              "fewer than a quorum of nodes say that lease %s has '%s', which it has been given"
                  .formatted(lease, claims.get(i).name()));
    } else {
      undone.put(claims.get(i).name(), false);
      var others = rows.stream().filter(row -> !row.isMine).toList();
      answers[i] =
          waiting(
              others.stream().mapToLong(Row::ahead).max().orElse(1),
              mine.isEmpty() ? others.stream().mapToLong(Row::remaining).max().orElse(0) : 0);
    }
  }

  /**
   * Whoever waits asks again in a time drawn at random, so that those who took votes from each other don't meet again.
   *
   * @param remaining of the longest lease in the way, in milliseconds; 0 if votes were split
   */
  private Answer waiting(long ahead, long remaining) {
    long places = Math.clamp(ahead, 1, 20);
    long millis = remaining == 0 ? random.nextLong(2, 20) : random.nextLong(25, 75) * places;
    return new Answer.Waiting(
        (int) places, Duration.ofMillis(remaining == 0 ? millis : Math.min(millis, remaining + 1)));
  }

  private void confirmAll() {
    for (int round = 1; !elected.isEmpty() && trouble == null && round <= ROUNDS; round++) {
      try {
        if (round > 1) {
          new Signal().await(random.nextLong(1_000_000L * Math.min(round, 8)));
        }
        confirm();
      } catch (EngineUnavailable e) {
        trouble = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        trouble = new EngineUnavailable("interrupted while a token was written", e);
      }
    }
    elected.keySet().forEach(i -> undone.put(claims.get(i).name(), minted.contains(i)));
  }

  private void confirm() {
    var pending = List.copyOf(elected.keySet());
    var arguments = new ArrayList<Object>(List.of("confirm", lease));
    for (int i : pending) {
      arguments.add(claims.get(i).name());
      arguments.add(elected.getOrDefault(i, 0L));
    }
    var votes = nodes.ask(arguments, answered -> isConfirmed(answered, pending.size())).answers();
    for (int i = 0; i < pending.size(); i++) {
      int claim = pending.get(i);
      var said = said(votes, i);
      if (said.stream().filter(number -> number == 0).count() >= nodes.quorum()) {
        answers[claim] = new Answer.Granted(elected.getOrDefault(claim, 0L));
        elected.remove(claim);
      } else {
        long newest = said.stream().mapToLong(Long::longValue).max().orElse(0);
        elected.merge(claim, newest, (token, known) -> Math.max(token, known) + 1);
      }
    }
  }

  private boolean isConfirmed(List<Vote> votes, int count) {
    for (int i = 0; i < count; i++) {
      long stands = said(votes, i).stream().filter(number -> number == 0).count();
      if (stands < nodes.quorum() && !nodes.isRefused(votes.size() - stands)) {
        return false;
      }
    }
    return votes.size() >= nodes.quorum();
  }

  private static List<Long> said(List<Vote> votes, int i) {
    return votes.stream()
        .map(vote -> RedisNode.number(RedisNode.rows(vote.answer()).get(i)))
        .toList();
  }

  private void undo() {
    if (!undone.isEmpty()) {
      var arguments = new ArrayList<Object>(List.of("undo", lease));
      undone.forEach((name, always) -> arguments.addAll(List.of(name, always ? 1 : 0)));
      nodes.poll(node -> node.call(arguments), answered -> answered.size() >= nodes.quorum());
    }
  }
}
