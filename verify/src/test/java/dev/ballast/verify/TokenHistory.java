package dev.ballast.verify;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the fencing tokens that were granted for one name could have come from one counter that only grows: no token twice, and
 * whoever asked after another had been answered has the greater one.
 *
 * <p>That is linearizability of the object whose one call answers a number greater than all before it, decided in n log n:
 *
 * <ul>
 *   <li><em>Necessary.</em> In any order of the calls the tokens grow, so no two are alike; and the order keeps real time, so
 *       of two calls of which one had returned before the other was invoked the later has the greater token.
 *   <li><em>Sufficient.</em> Order the calls by token; they are distinct, so that is a total order, and the model allows it. It
 *       keeps real time: if a had returned before b was invoked and a came behind b in it, a's token would be the greater, against
 *       the condition.
 * </ul>
 *
 * <p>To find a pair that breaks the second condition it suffices to look, for each grant in the order of tokens, at the
 * lower one that was asked for last: if any lower one was asked for after this was answered, that one was.
 */
final class TokenHistory {
  private TokenHistory() {}

  /**
   * A token that a client was given.
   *
   * @param asked before the client asked, in nanoseconds of a clock that all clients share
   * @param answered after it had the answer
   */
  record Grant(String client, long token, long asked, long answered) {}

  /** What is wrong, for people; empty if nothing is. */
  static Optional<String> violation(Collection<Grant> grants) {
    var byToken = grants.stream().sorted(Comparator.comparingLong(Grant::token)).toList();
    @Nullable Grant before = null;
    @Nullable Grant latest = null;
    for (Grant grant : byToken) {
      if (before != null && before.token() == grant.token()) {
        return Optional.of("one token for two: " + before + " and " + grant);
      }
      if (latest != null && latest.asked() > grant.answered()) {
        return Optional.of("a token went back: " + grant + " was answered before " + latest);
      }
      if (latest == null || latest.asked() < grant.asked()) {
        latest = grant;
      }
      before = grant;
    }
    return Optional.empty();
  }
}
