package dev.ballast.locks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks in one Redis, 6.2 or later, that is not a cluster: {@code redis://[USER:PASSWORD@]HOST[:PORT][/DB]}, or
 * {@code rediss} for TLS. Each call is one round trip to one Lua script, {@code redis-locks.lua}, which Redis runs as one step.
 * A lease is a key that Redis lets expire.
 *
 * <ul>
 *   <li>Crash of Redis: what it had written is kept. With {@code appendonly yes} and {@code appendfsync always} that is all it
 *       acknowledged. With less, leases may be forgotten, so that a second holder is let in; tokens keep growing all the same, for
 *       they are at least the clock of Redis in microseconds, unless that was set back.
 *   <li>Partition: who can't reach Redis loses its leases by its own clock first, then Redis lets the next one in.
 *   <li>Clock jump: Redis lets keys expire by its wall clock. Set forward, leases end early and a second holder is let in, with a
 *       higher token; set back, they end late.
 *   <li>Fail-over to a replica: what was not replicated is forgotten, as after a crash. Replication is asynchronous.
 * </ul>
 *
 * <p>Parameters: {@code prefix} of all keys and channels, {@code ballast:} by default; {@code timeout} for connecting and for each
 * answer, {@code 2s}; {@code ca-file} for {@code rediss}, certificates to trust (PEM), by default those that the Java runtime trusts. Limits: 32 connections, and one more for wakes. Lists are read 100 names a step, so are of one moment for
 * each name alone. {@link Answer.Waiting#ahead} may count claims in the middle of a queue that have run out. A look costs Redis as
 * many steps as there are holders of a semaphore, and as a rule two or three with other modes, however long the queue.
 */
public final class RedisEngine implements LockEngine {
  static final Set<String> PARAMETERS = Set.of("prefix", "timeout", RedisTls.CA_FILE);
  static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final RedisScript SCRIPT = RedisScript.load("redis-leases.lua", "redis-locks.lua");
  private static final int BATCH = 500;
  private static final int PAGE = 100;

  private final EngineUrl url;
  private final RedisNode node;
  private final RedisWakes wakes;
  private final List<String> prefix;

  private RedisEngine(EngineUrl url) {
    this.url = url;
    this.prefix = List.of(url.parameter("prefix", "ballast:"));
    this.node = new RedisNode(url, url.address(), url.duration("timeout", TIMEOUT), _ -> {});
    this.wakes = new RedisWakes(node, prefix.getFirst() + "wake:");
  }

  /**
   * The engine for a URL. Connects with the first call.
   *
   * @throws IllegalArgumentException if the URL is wrong
   */
  public static RedisEngine connect(String url) {
    return new RedisEngine(EngineUrl.parse(url, RedisNode.DEFAULT_PORT, PARAMETERS));
  }

  @Override
  public EngineFacts facts() {
    return RedisFacts.of(node, url);
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    LocksSettings.checkTtl(ttl);
    var inForce = wholeMillis(ttl);
    call("open", lease, owner, inForce.toMillis());
    return inForce;
  }

  @Override
  public boolean renew(LeaseId lease) {
    return RedisNode.number(call("renew", lease)) == 1;
  }

  @Override
  public void close(LeaseId lease) {
    call("close", lease);
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return claim(lease, "", Duration.ZERO, claims, wait);
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    LocksSettings.checkTtl(ttl);
    var inForce = wholeMillis(ttl);
    return new Opened(inForce, claim(lease, owner, inForce, claims, wait));
  }

  /** Redis counts in milliseconds: rounded up. */
  static Duration wholeMillis(Duration ttl) {
    return Duration.ofMillis(ttl.plusNanos(999_999).toMillis());
  }

  private List<Answer> claim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    var answers = new ArrayList<Answer>();
    for (int from = 0; from == 0 || from < claims.size(); from += BATCH) {
      var arguments = new ArrayList<Object>();
      arguments.addAll(
          List.of("claim", lease, owner, from == 0 ? ttl.toMillis() : 0, wait ? 1 : 0));
      for (Claim claim : claims.subList(from, Math.min(from + BATCH, claims.size()))) {
        arguments.addAll(List.of(claim.name(), claim.mode().text(), claim.note()));
      }
      var rows = call(arguments);
      if (rows == null) {
        throw new LeaseLost("there is no lease " + lease);
      }
      RedisNode.rows(rows).forEach(row -> answers.add(answer(RedisNode.rows(row))));
    }
    return answers;
  }

  private static Answer answer(List<Object> row) {
    long number = RedisNode.number(row.get(1));
    return RedisNode.number(row.get(0)) == 1
        ? new Answer.Granted(number)
        : new Answer.Waiting((int) number, Duration.ofMillis(RedisNode.number(row.get(2)) + 1));
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    inBatches("release", List.of(lease), names);
  }

  @Override
  public List<Holding> list(String prefix) {
    byte[] from = from(prefix);
    var holdings = new ArrayList<Holding>();
    while (from.length > 0) {
      var page = RedisNode.rows(call("list", from, to(prefix), PAGE));
      holdings.addAll(holdings(page.get(1)));
      from = after(RedisNode.text(page.get(0)));
    }
    holdings.sort(Comparator.comparing(Holding::name).thenComparingLong(Holding::token));
    return holdings;
  }

  /** Where names with a prefix begin, as {@code ZRANGEBYLEX} takes it. */
  static byte[] from(String prefix) {
    return concat('[', prefix);
  }

  /** Where names with a prefix end. */
  static byte[] to(String prefix) {
    return concat('(', prefix, 0xFF);
  }

  /** Where the next page begins after the last name of a full one; empty if there is none. */
  static byte[] after(String last) {
    return last.isEmpty() ? new byte[0] : concat('(', last);
  }

  /** 0xFF ends no text in UTF-8, so it comes after all that begin with the prefix. */
  private static byte[] concat(char first, String text, int... last) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(first);
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    for (int each : last) {
      bytes.write(each);
    }
    return bytes.toByteArray();
  }

  @Override
  public List<Holding> breakLock(String name) {
    return holdings(call("breaklock", name));
  }

  static List<Holding> holdings(@Nullable Object rows) {
    return RedisNode.rows(rows).stream().map(row -> holding(RedisNode.rows(row))).toList();
  }

  private static Holding holding(List<Object> row) {
    return new Holding(
        RedisNode.text(row.get(0)),
        RedisNode.number(row.get(1)),
        RedisNode.number(row.get(2)) == 1,
        Mode.parse(RedisNode.text(row.get(3))),
        RedisNode.text(row.get(4)),
        new LeaseId(RedisNode.text(row.get(5))),
        RedisNode.text(row.get(6)),
        Duration.ofMillis(RedisNode.number(row.get(7))),
        Duration.ofMillis(Math.max(1, RedisNode.number(row.get(8)))));
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    inBatches("wake", List.of(), leases);
  }

  @Override
  public void listen(String client, Waker waker) {
    wakes.listen(client, waker);
  }

  @Override
  public void unlisten(String client) {
    wakes.unlisten(client);
  }

  @Override
  public void close() {
    wakes.close();
    node.close();
  }

  private void inBatches(String operation, List<?> first, Collection<?> all) {
    var rest = List.copyOf(all);
    for (int from = 0; from < rest.size(); from += BATCH) {
      var arguments = new ArrayList<Object>();
      arguments.add(operation);
      arguments.addAll(first);
      arguments.addAll(rest.subList(from, Math.min(from + BATCH, rest.size())));
      call(arguments);
    }
  }

  private @Nullable Object call(Object... arguments) {
    return call(List.of(arguments));
  }

  private @Nullable Object call(List<Object> arguments) {
    return node.eval(SCRIPT, prefix, texts(arguments));
  }

  /** What Jedis takes: bytes as they are, all else as text. */
  static List<Object> texts(List<?> arguments) {
    return arguments.stream()
        .<Object>map(each -> each instanceof byte[] ? each : each.toString())
        .toList();
  }
}
