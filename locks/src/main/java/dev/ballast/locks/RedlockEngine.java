package dev.ballast.locks;

import dev.ballast.locks.RedlockNodes.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Locks in an odd number of Redis nodes, three or more, that know nothing of each other, by the Redlock algorithm:
 * {@code redlock://[USER:PASSWORD@]HOST[:PORT],HOST[:PORT],…[/DB]}. Who has the votes of more than half of the nodes holds a
 * lock. A minority of nodes may be down, hang or be cut off, and calls stay as fast as the rest.
 *
 * <p>Modes: exclusive and shared, for two quorums always meet in a node, and that lets no two in that exclude each other. No
 * semaphores: five nodes that each give n permits give 5n votes, enough for more than n holders of three votes each. Not fair: who
 * waits tries again at random times, sooner the fewer wait, and when a node wakes it. Lists show holders, not waiters.
 *
 * <p><b>Weaknesses.</b> Kleppmann ("How to do distributed locking", 2016) objects that Redlock's safety hangs on timing: that no
 * holder is paused between looking at its lease and acting, and that clocks don't jump. Sanfilippo ("Is Redlock safe?",
 * 2016) answers that the first is true of every lock with a time to live and that clocks can be kept from jumping. Here the first is
 * what tokens are for, which Redlock itself lacks. The second remains:
 *
 * <ul>
 *   <li>Nodes let leases expire by their wall clocks. A clock that jumps forward frees that node's votes early: with the
 *       votes of the others who never voted, a second holder can be let in, with a higher token.
 *   <li>A restarted node may have forgotten its votes, so it stays out for the longest time to live, {@code max-ttl}, which must be the
 *       same for all clients; also at the first start. Its uptime is by its wall clock too: a jump forward lets it in early, a jump
 *       back keeps it out longer. A node whose data is deleted while it runs ({@code FLUSHALL}, eviction) is not noticed.
 *   <li>Tokens: the newest is read from a quorum, and one greater is written to a quorum. Nodes that lost the newest token give
 *       their clock in microseconds instead, so tokens repeat only if a quorum forgot and clocks went back or differ between nodes.
 *   <li>A node that missed a claim does not get it later: a lock with the votes of three of five outlives none of these.
 * </ul>
 *
 * <p>Validity: the time to live less the time that the votes took less drift. {@link LeaseClock} keeps it, as it counts from before
 * the call; a claim and a renewal begin the lease's time anew at each node that votes. A renewal counts only if each name that the
 * lease was given here has a quorum among the nodes that renewed.
 *
 * <p>Parameters: {@code max-ttl}, {@code 60s} by default, longer leases are refused; {@code timeout} of a call to one node, {@code 200ms},
 * to be small beside the times to live; {@code prefix}, {@code ballast-redlock:}. A call ends after two time-outs at most. Each name that
 * was ever locked keeps a key with its newest token at each node.
 */
public final class RedlockEngine implements LockEngine {
  static final Set<String> PARAMETERS = Set.of("prefix", "timeout", "max-ttl");
  private static final int BATCH = 500;
  private static final int PAGE = 100;
  private static final int LOOKS = 3;

  private final EngineUrl url;
  private final Duration maxTtl;
  private final RandomGenerator random;
  private final RedlockNodes nodes;

  /** What leases of this process were given: what must have a quorum whenever the lease is renewed. */
  private final Map<LeaseId, Set<String>> given = new ConcurrentHashMap<>();

  private RedlockEngine(EngineUrl url, Ticker ticker, RandomGenerator random) {
    int count = url.addresses().size();
    if (count < 3 || count % 2 == 0 || Set.copyOf(url.addresses()).size() < count) {
      throw new IllegalArgumentException(
          "Redlock takes an odd number of different nodes, at least 3, not " + url);
    }
    this.url = url;
    this.random = random;
    this.maxTtl = url.duration("max-ttl", Duration.ofSeconds(60));
    var timeout = url.duration("timeout", Duration.ofMillis(200));
    var prefix = url.parameter("prefix", "ballast-redlock:");
    this.nodes =
        new RedlockNodes(
            url,
            url.addresses().stream()
                .map(address -> new RedlockNode(url, address, timeout, maxTtl, prefix))
                .toList(),
            timeout,
            ticker);
  }

  /**
   * The engine for a URL. Connects with the first call.
   *
   * @param random draws when who waits asks again; used by many threads
   * @throws IllegalArgumentException if the URL is wrong
   */
  public static RedlockEngine connect(String url, Ticker ticker, RandomGenerator random) {
    return new RedlockEngine(
        EngineUrl.parse(url, RedisNode.DEFAULT_PORT, PARAMETERS), ticker, random);
  }

  @Override
  public EngineFacts facts() {
    return RedlockFacts.of(nodes, url);
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    checkTtl(ttl);
    var inForce = RedisEngine.wholeMillis(ttl);
    nodes.ask(List.of("open", lease, owner, inForce.toMillis()), this::isQuorum);
    given.putIfAbsent(lease, ConcurrentHashMap.newKeySet());
    return inForce;
  }

  private void checkTtl(Duration ttl) {
    LocksSettings.checkTtl(ttl);
    if (ttl.compareTo(maxTtl) > 0) {
      throw new IllegalArgumentException(
          "a lease of %s lives for at most %d ms, not %d ms: set max-ttl in the URL of all clients"
              .formatted(url, maxTtl.toMillis(), ttl.toMillis()));
    }
  }

  private boolean isQuorum(List<Vote> votes) {
    return votes.size() >= nodes.quorum();
  }

  @Override
  public boolean renew(LeaseId lease) {
    var names = given.get(lease);
    var votes = nodes.ask(List.of("renew", lease), answered -> isRenewed(answered, names));
    long absent = votes.answers().stream().filter(vote -> vote.answer() == null).count();
    if (isRenewed(votes.answers(), names) && !nodes.isRefused(absent)) {
      return true;
    }
    int unknown = nodes.size() - votes.answers().size();
    if (!nodes.isRefused(absent) && couldBeRenewed(votes.answers(), names, unknown)) {
      throw new EngineUnavailable(
          "fewer than a quorum of nodes have renewed lease %s with all that it holds, and others gave no answer: %s"
              .formatted(lease, votes.troubles().stream().map(Throwable::getMessage).toList()));
    }
    // Fewer than a quorum have it, or a name of it: others may be let in.
    given.remove(lease);
    nodes.poll(node -> node.call(List.of("close", lease)), this::isQuorum);
    return false;
  }

  /** Decided: it is renewed by a quorum, and so is each name that it was given; or a quorum can't be had. */
  private boolean isRenewed(List<Vote> votes, @Nullable Set<String> names) {
    long absent = votes.stream().filter(vote -> vote.answer() == null).count();
    return nodes.isRefused(absent) || couldBeRenewed(votes, names, 0);
  }

  private boolean couldBeRenewed(List<Vote> votes, @Nullable Set<String> names, int unknown) {
    var renewed =
        votes.stream().filter(vote -> vote.answer() != null).map(RedlockEngine::names).toList();
    var wanted =
        names == null ? renewed.stream().flatMap(Set::stream).collect(Collectors.toSet()) : names;
    return renewed.size() + unknown >= nodes.quorum()
        && wanted.stream()
            .allMatch(
                name ->
                    renewed.stream().filter(each -> each.contains(name)).count() + unknown
                        >= nodes.quorum());
  }

  private static Set<String> names(Vote vote) {
    return RedisNode.rows(vote.answer()).stream().map(RedisNode::text).collect(Collectors.toSet());
  }

  @Override
  public void close(LeaseId lease) {
    given.remove(lease);
    nodes.ask(List.of("close", lease), this::isQuorum);
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    checkTtl(ttl);
    checkModes(claims);
    given.putIfAbsent(lease, ConcurrentHashMap.newKeySet());
    var inForce = RedisEngine.wholeMillis(ttl);
    return new Opened(inForce, take(lease, owner, inForce, claims, wait));
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    checkModes(claims);
    return take(lease, "", Duration.ZERO, claims, wait);
  }

  private static void checkModes(List<Claim> claims) {
    for (Claim claim : claims) {
      if (claim.mode() instanceof Mode.Permits) {
        throw new IllegalArgumentException(
            "Redlock has no semaphores, so no %s of '%s': a quorum can't count permits; use another engine"
                .formatted(claim.mode().text(), claim.name()));
      }
    }
  }

  private List<Answer> take(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    var answers = new ArrayList<Answer>();
    for (int from = 0; from == 0 || from < claims.size(); from += BATCH) {
      var batch = claims.subList(from, Math.min(from + BATCH, claims.size()));
      try {
        var taken =
            new RedlockClaims(nodes, random, lease, batch)
                .take(owner, from == 0 ? ttl : Duration.ZERO, wait);
        remember(lease, batch, taken);
        answers.addAll(taken);
      } catch (LeaseLost e) {
        given.remove(lease);
        throw e;
      }
    }
    return answers;
  }

  private void remember(LeaseId lease, List<Claim> claims, List<Answer> answers) {
    var names = given.get(lease);
    for (int i = 0; names != null && i < claims.size(); i++) {
      if (answers.get(i) instanceof Answer.Granted) {
        names.add(claims.get(i).name());
      }
    }
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    var rest = List.copyOf(names);
    var mine = given.get(lease);
    if (mine != null) {
      rest.forEach(mine::remove);
    }
    for (int from = 0; from < rest.size(); from += BATCH) {
      var batch = rest.subList(from, Math.min(from + BATCH, rest.size()));
      nodes.ask(with(List.of("release", lease), batch), this::isQuorum);
    }
  }

  private static List<Object> with(List<?> first, Collection<?> rest) {
    return Stream.concat(first.stream(), rest.stream()).<Object>map(each -> each).toList();
  }

  @Override
  public List<Holding> list(String prefix) {
    var votes =
        nodes.poll(node -> listed(node, prefix), answered -> answered.size() == nodes.size());
    if (votes.answers().size() < nodes.quorum()) {
      throw nodes.unavailable(votes);
    }
    var lists = votes.answers().stream().map(vote -> RedisEngine.holdings(vote.answer())).toList();
    return RedlockHoldings.agreed(lists, nodes.quorum());
  }

  private static List<Object> listed(RedlockNode node, String prefix) {
    var rows = new ArrayList<Object>();
    byte[] from = RedisEngine.from(prefix);
    while (from.length > 0) {
      var page = RedisNode.rows(node.call(List.of("list", from, RedisEngine.to(prefix), PAGE)));
      rows.addAll(RedisNode.rows(page.get(1)));
      from = RedisEngine.after(RedisNode.text(page.get(0)));
    }
    return rows;
  }

  @Override
  public List<Holding> breakLock(String name) {
    var held = list(name).stream().filter(holding -> holding.name().equals(name)).toList();
    for (int look = 0; look < LOOKS && !held.isEmpty(); look++) {
      held.forEach(holding -> close(holding.lease()));
      if (list(name).stream().noneMatch(holding -> holding.name().equals(name))) {
        break;
      }
    }
    wake(held.stream().map(Holding::lease).toList());
    return held;
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    if (!leases.isEmpty()) {
      nodes.ask(with(List.of("wake"), leases), this::isQuorum);
    }
  }

  /** Returns once a quorum of nodes has subscribed, or a second has passed: then it goes on in the background. */
  @Override
  public void listen(String client, Waker waker) {
    var isSubscribed = new CountDownLatch(nodes.quorum());
    nodes.all().forEach(node -> node.wakes().add(client, waker, isSubscribed));
    RedisWakes.await(isSubscribed);
  }

  @Override
  public void unlisten(String client) {
    nodes.all().forEach(node -> node.wakes().unlisten(client));
  }

  @Override
  public void close() {
    nodes.close();
  }
}
