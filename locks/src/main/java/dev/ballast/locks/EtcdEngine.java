package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Locks in etcd, 3.4 or later: {@code etcd://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…]}, the members of one cluster. A lease is a
 * lease of etcd, a claim is a key attached to it, and the revision at which the key was made is its place in the queue and its
 * token. All reads are linearizable.
 *
 * <ul>
 *   <li>Crash: a majority of the members keeps all that was acknowledged; without a majority no call succeeds.
 *   <li>Partition: who reaches no member of the majority loses its leases by its own clock first, then etcd ends them.
 *   <li>Clock jump: etcd counts leases by a monotonic clock; wall clocks don't matter.
 *   <li>Fail-over: a new leader gives all leases their whole time again, so what has died may be held longer. It is not held
 *       shorter from 3.4.31 and 3.5.13 on; before, a leader that was replaced and did not know it could end living leases
 *       (etcd-io/etcd#15247). Tokens are revisions of the cluster, which go on.
 *   <li>Restored from a backup: revisions go back, and tokens repeat.
 * </ul>
 *
 * <p>Times to live are whole seconds, at least one and a half election time-outs: two seconds as etcd is set up by default.
 * A lease keeps the time to live that it was first opened with; opening it again for longer is refused. A claim costs one call, one
 * more for the lease if that is new, and one more if it must wait. It reads the whole queue of its name. Each client with a
 * listener hears every release in the cluster. Lists read a prefix in one step, and then one lease after the other.
 *
 * <p>Parameters: {@code prefix} of all keys, {@code ballast/} by default; {@code timeout} of a call to one member, {@code 2s}. A call
 * tries each member once, a release only one. No TLS: put a proxy before etcd where the network is not trusted.
 */
public final class EtcdEngine implements LockEngine {
  static final Set<String> PARAMETERS = Set.of("prefix", "timeout");
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** Below the 128 operations that etcd takes in one transaction by default, nested ones included. */
  private static final int BATCH = 40;

  /** How often a note is written where others write it too. */
  private static final int WRITES = 3;

  private static final String TXN = "/v3/kv/txn";

  private final EngineUrl url;
  private final EtcdClient etcd;
  private final EtcdKeys keys;
  private final EtcdLeases leases;
  private final EtcdWatch watch;

  private EtcdEngine(EngineUrl url) {
    this.url = url;
    this.etcd = new EtcdClient(url, url.duration("timeout", TIMEOUT));
    this.keys = EtcdKeys.of(url.parameter("prefix", "ballast/"));
    this.leases = new EtcdLeases(etcd, keys);
    this.watch = new EtcdWatch(etcd, keys);
  }

  /**
   * The engine for a URL. Connects with the first call.
   *
   * @throws IllegalArgumentException if the URL is wrong
   */
  public static EtcdEngine connect(String url) {
    return new EtcdEngine(EngineUrl.parse(url, EtcdClient.DEFAULT_PORT, PARAMETERS));
  }

  @Override
  public EngineFacts facts() {
    return EtcdFacts.of(etcd, url);
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    LocksSettings.checkTtl(ttl);
    var inForce = leases.grant(lease, ttl);
    commit(lease, new EtcdTxn().put(keys.lease(lease), owner, lease));
    return inForce;
  }

  @Override
  public boolean renew(LeaseId lease) {
    return leases.renew(lease).isPresent();
  }

  @Override
  public void close(LeaseId lease) {
    leases.revoke(lease);
    watch.waiters().forget(lease);
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    LocksSettings.checkTtl(ttl);
    var inForce = leases.grant(lease, ttl);
    var first = new EtcdTxn().put(keys.lease(lease), owner, lease);
    return new Opened(inForce, claim(lease, claims, wait, first));
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return claim(lease, claims, wait, new EtcdTxn().onlyIf(keys.lease(lease), true));
  }

  private List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait, EtcdTxn first) {
    var answers = new ArrayList<Answer>();
    var txn = first;
    int from = 0;
    do {
      int to = batchEnd(claims, from);
      answers.addAll(claimBatch(lease, claims.subList(from, to), wait, txn));
      txn = new EtcdTxn().onlyIf(keys.lease(lease), true);
      from = to;
    } while (from < claims.size());
    return answers;
  }

  /** A transaction may not write a key twice, so a name that comes again begins the next. */
  private static int batchEnd(List<Claim> claims, int from) {
    var names = new HashSet<String>();
    int to = from;
    while (to < claims.size() && to - from < BATCH && names.add(claims.get(to).name())) {
      to++;
    }
    return to;
  }

  private List<Answer> claimBatch(LeaseId lease, List<Claim> claims, boolean wait, EtcdTxn txn) {
    for (Claim claim : claims) {
      var key = keys.claim(claim.name(), lease);
      String value = EtcdClaim.value(claim.mode(), claim.note());
      watch.waiters().looking(claim.name(), lease);
      txn.then(new EtcdTxn().onlyIf(key, false).put(key, value, lease))
          .read(keys.firstClaim(claim.name()), keys.afterClaims(claim.name()));
    }
    var committed = commit(lease, txn);
    var responses = committed.path("responses");
    // The first transaction of an opening writes the lease's own key before all else.
    int skip = responses.size() - 2 * claims.size();
    var answers = new ArrayList<Answer>();
    for (int i = 0; i < claims.size(); i++) {
      boolean isNew =
          responses.path(skip + 2 * i).path("response_txn").path("succeeded").asBoolean(false);
      var queue = EtcdClaim.all(responses.path(skip + 2 * i + 1).path("response_range"), keys);
      answers.add(answer(lease, claims.get(i), queue, isNew, wait));
    }
    return answers;
  }

  private Answer answer(
      LeaseId lease, Claim claim, List<EtcdClaim> queue, boolean isNew, boolean wait) {
    int place = 0;
    while (place < queue.size() && !queue.get(place).lease().equals(lease)) {
      place++;
    }
    if (place == queue.size()) {
      throw new EngineUnavailable("etcd has not kept the claim on '" + claim.name() + "'");
    }
    var mine = queue.get(place);
    if (!mine.note().equals(claim.note())) {
      write(mine, claim.note());
    }
    var before = queue.subList(0, place);
    if (mine.mode().fitsBeside(EtcdClaim.modes(before))) {
      watch.waiters().forget(claim.name(), lease);
      return new Answer.Granted(mine.revision());
    }
    if (isNew && !wait) {
      release(lease, List.of(claim.name()));
    } else if (watch.waiters().waits(claim.name(), lease, mine.mode(), before)) {
      return new Answer.Waiting(place, Duration.ZERO);
    }
    var left = leases.remaining(before.getLast().lease());
    return new Answer.Waiting(place, left.plusSeconds(1));
  }

  /**
   * Changes the note. Writing a key anew keeps the revision at which it was made. That it was changed meanwhile is mostly our own
   * change, which took effect without an answer and was sent again.
   */
  private void write(EtcdClaim claim, String note) {
    var key = keys.claim(claim.name(), claim.lease());
    var now = claim;
    for (int attempt = 0; attempt < WRITES; attempt++) {
      var change =
          new EtcdTxn()
              .onlyIfUnchanged(key, now.changed())
              .put(key, EtcdClaim.value(claim.mode(), note), claim.lease());
      if (tryCommit(claim.lease(), change).isPresent()) {
        return;
      }
      // Says whether it is the lease that is gone.
      var found =
          commit(claim.lease(), new EtcdTxn().onlyIf(keys.lease(claim.lease()), true).get(key));
      var claims = EtcdClaim.all(found.path("responses").path(0).path("response_range"), keys);
      if (claims.isEmpty() || claims.getFirst().revision() != claim.revision()) {
        throw new EngineUnavailable(
            "the claim on '" + claim.name() + "' was released while its note was written");
      }
      now = claims.getFirst();
      if (now.note().equals(note)) {
        return;
      }
    }
    throw new EngineUnavailable(
        "the note of the claim on '" + claim.name() + "' is changed by others all the time");
  }

  private JsonNode commit(LeaseId lease, EtcdTxn txn) {
    return tryCommit(lease, txn).orElseThrow(() -> lost(lease));
  }

  /** Empty where what the transaction compares does not hold. */
  private Optional<JsonNode> tryCommit(LeaseId lease, EtcdTxn txn) {
    try {
      var answer = etcd.tryCall(TXN, txn.body());
      return answer.path("succeeded").asBoolean(false) ? Optional.of(answer) : Optional.empty();
    } catch (EtcdClient.Refused e) {
      if (e.code() != EtcdClient.NOT_FOUND) {
        throw new EngineUnavailable("etcd at %s says: %s".formatted(url, e.getMessage()), e);
      }
    }
    throw lost(lease);
  }

  private LeaseLost lost(LeaseId lease) {
    watch.waiters().forget(lease);
    return new LeaseLost("there is no lease " + lease);
  }

  /** Asks one member: a release that hangs there may still come after what another one has answered. */
  @Override
  public void release(LeaseId lease, Collection<String> names) {
    var rest = names.stream().distinct().toList();
    for (int from = 0; from < rest.size(); from += BATCH) {
      var txn = new EtcdTxn();
      for (String name : rest.subList(from, Math.min(from + BATCH, rest.size()))) {
        txn.delete(keys.claim(name, lease));
        watch.waiters().forget(name, lease);
      }
      etcd.callOnce(TXN, txn.body());
    }
  }

  @Override
  public List<Holding> list(String prefix) {
    return holdings(read(keys.firstName(prefix), keys.afterNames(prefix)));
  }

  private List<EtcdClaim> read(byte[] from, byte[] to) {
    var answer = etcd.call(TXN, new EtcdTxn().read(from, to).body());
    return EtcdClaim.all(answer.path("responses").path(0).path("response_range"), keys);
  }

  private List<Holding> holdings(List<EtcdClaim> claims) {
    var lives = leases.lives(claims.stream().map(EtcdClaim::lease).toList());
    var sorted =
        claims.stream()
            .filter(claim -> lives.containsKey(claim.lease()))
            .sorted(Comparator.comparing(EtcdClaim::name).thenComparingLong(EtcdClaim::revision))
            .toList();
    var holdings = new ArrayList<Holding>();
    var before = new ArrayList<Mode>();
    String name = "";
    for (EtcdClaim claim : sorted) {
      if (!claim.name().equals(name)) {
        before.clear();
        name = claim.name();
      }
      var life = lives.get(claim.lease());
      if (life != null) {
        holdings.add(holding(claim, claim.mode().fitsBeside(before), life));
        before.add(claim.mode());
      }
    }
    return holdings;
  }

  private static Holding holding(EtcdClaim claim, boolean isHeld, EtcdLeases.Life life) {
    return new Holding(
        claim.name(),
        claim.revision(),
        isHeld,
        claim.mode(),
        claim.note(),
        claim.lease(),
        life.owner(),
        life.ttl(),
        life.remaining());
  }

  @Override
  public List<Holding> breakLock(String name) {
    var held =
        holdings(read(keys.firstClaim(name), keys.afterClaims(name))).stream()
            .filter(Holding::isHeld)
            .toList();
    held.forEach(holding -> leases.revoke(holding.lease()));
    return held;
  }

  /** Writes a key and deletes it: the deletion is what wakes. It dies with the lease if this stops between the two. */
  @Override
  public void wake(Collection<LeaseId> woken) {
    for (LeaseId lease : Set.copyOf(woken)) {
      var key = keys.wake(lease);
      try {
        commit(lease, new EtcdTxn().onlyIf(keys.lease(lease), true).put(key, "", lease));
        etcd.call(TXN, new EtcdTxn().delete(key).body());
      } catch (LeaseLost _) {
        // The end of the lease has woken it.
      }
    }
  }

  @Override
  public void listen(String client, Waker waker) {
    watch.listen(client, waker);
  }

  @Override
  public void unlisten(String client) {
    watch.unlisten(client);
  }

  @Override
  public void close() {
    watch.close();
    etcd.close();
  }
}
