package dev.ballast.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Locks among the threads of one process, with the meaning that the other engines have among many: for tests, and to begin with. */
public final class MemoryEngine implements LockEngine {
  private final ReentrantLock lock = new ReentrantLock();
  private final LockTable table = new LockTable();
  private final Map<String, Waker> wakers = new ConcurrentHashMap<>();
  private final Ticker ticker;

  public MemoryEngine(Ticker ticker) {
    this.ticker = ticker;
  }

  @Override
  public EngineFacts facts() {
    return new EngineFacts(
        "this process's memory", "Leases and tokens last as long as this process.", List.of());
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    LocksSettings.checkTtl(ttl);
    return with(
        now -> {
          table.open(lease, owner, ttl, now);
          return ttl;
        });
  }

  @Override
  public boolean renew(LeaseId lease) {
    return with(now -> table.renew(lease, now));
  }

  @Override
  public void close(LeaseId lease) {
    with(
        now -> {
          table.close(lease, now);
          return null;
        });
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return with(now -> table.claim(lease, claims, wait, now));
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    with(
        now -> {
          table.release(lease, names, now);
          return null;
        });
  }

  @Override
  public List<Holding> list(String prefix) {
    return with(now -> table.list(prefix, now));
  }

  @Override
  public List<Holding> breakLock(String name) {
    return with(now -> table.breakLock(name, now));
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    leases.stream()
        .collect(Collectors.groupingBy(LeaseId::client, Collectors.toSet()))
        .forEach(this::wake);
  }

  private void wake(String client, Set<LeaseId> leases) {
    var waker = wakers.get(client);
    if (waker != null) {
      waker.woken(leases);
    }
  }

  @Override
  public void listen(String client, Waker waker) {
    wakers.put(client, waker);
  }

  @Override
  public void unlisten(String client) {
    wakers.remove(client);
  }

  @Override
  public void close() {
    wakers.clear();
  }

  private <T extends @Nullable Object> T with(Function<Long, T> action) {
    Set<LeaseId> woken;
    T result;
    lock.lock();
    try {
      result = action.apply(ticker.nanos());
      woken = table.takeWoken();
    } finally {
      lock.unlock();
    }
    wake(woken);
    return result;
  }
}
