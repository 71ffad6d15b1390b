package dev.ballast.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** One client's way to a {@link MemoryEngine} that it shares with others: may be cut, or made to hang, and counts wakes. */
final class TestEngine implements LockEngine {
  final AtomicInteger wakes = new AtomicInteger();
  final AtomicInteger calls = new AtomicInteger();
  private final LockEngine shared;
  private volatile boolean isDown;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile long delayMillis;

  TestEngine(LockEngine shared) {
    this.shared = shared;
  }

  /** From now on calls fail without taking effect. */
  void down(boolean down) {
    isDown = down;
  }

  /** From now on calls hang until {@link #resume}. */
  void hang() {
    gate = new CountDownLatch(1);
  }

  void resume() {
    gate.countDown();
  }

  /** From now on answers come so late. */
  void delay(Duration delay) {
    delayMillis = delay.toMillis();
  }

  private <T> T call(Supplier<T> call) {
    calls.incrementAndGet();
    try {
      gate.await();
      if (isDown) {
        throw new EngineUnavailable("cut off by the test");
      }
      T answer = call.get();
      if (delayMillis > 0) {
        new Signal().await(Duration.ofMillis(delayMillis).toNanos());
      }
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineUnavailable("interrupted", e);
    }
  }

  private void call(Runnable call) {
    call(
        () -> {
          call.run();
          return true;
        });
  }

  @Override
  public EngineFacts facts() {
    return shared.facts();
  }

  @Override
  public Duration open(LeaseId lease, String owner, Duration ttl) {
    return call(() -> shared.open(lease, owner, ttl));
  }

  @Override
  public Opened openAndClaim(
      LeaseId lease, String owner, Duration ttl, List<Claim> claims, boolean wait) {
    return call(() -> shared.openAndClaim(lease, owner, ttl, claims, wait));
  }

  @Override
  public boolean renew(LeaseId lease) {
    return call(() -> shared.renew(lease));
  }

  @Override
  public void close(LeaseId lease) {
    call(() -> shared.close(lease));
  }

  @Override
  public List<Answer> claim(LeaseId lease, List<Claim> claims, boolean wait) {
    return call(() -> shared.claim(lease, claims, wait));
  }

  @Override
  public void release(LeaseId lease, Collection<String> names) {
    call(() -> shared.release(lease, names));
  }

  @Override
  public List<Holding> list(String prefix) {
    return call(() -> shared.list(prefix));
  }

  @Override
  public List<Holding> breakLock(String name) {
    return call(() -> shared.breakLock(name));
  }

  @Override
  public void wake(Collection<LeaseId> leases) {
    call(() -> shared.wake(leases));
  }

  @Override
  public void listen(String client, Waker waker) {
    shared.listen(
        client,
        leases -> {
          wakes.incrementAndGet();
          waker.woken(leases);
        });
  }

  @Override
  public void unlisten(String client) {
    shared.unlisten(client);
  }

  @Override
  public void close() {
    isDown = true;
  }
}
