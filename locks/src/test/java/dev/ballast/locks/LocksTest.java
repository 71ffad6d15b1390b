package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocksTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Random RANDOM = new Random(7);

  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);
  private final TestEngine engine = new TestEngine(shared);
  private final List<Locks> clients = new ArrayList<>();
  private final Locks locks = client(engine, Duration.ofSeconds(5));

  private Locks client(LockEngine way, Duration ttl) {
    var settings = LocksSettings.of("test", System::nanoTime, RANDOM).withTtl(ttl);
    var client = new Locks(way, settings);
    clients.add(client);
    return client;
  }

  @AfterEach
  void closeAll() {
    engine.resume();
    clients.forEach(Locks::close);
  }

  private void awaitNothingHeld() {
    await().atMost(Duration.ofSeconds(5)).until(() -> shared.list("").isEmpty());
  }

  @Test
  void shouldGiveAFreeLockAndNoOther() {
    try (var lease = locks.tryAcquire(Claim.exclusive("a")).orElseThrow()) {
      assertThat(lease.isStillMine()).isTrue();
      assertThat(lease.token()).isPositive();
      assertThat(locks.tryAcquire(Claim.exclusive("a"))).isEmpty();
      assertThat(locks.list("a")).hasSize(1);
    }
    awaitNothingHeld();
  }

  @Test
  void shouldGiveUpWhenTheTimeToWaitIsOver() {
    var lease = locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
    assertThatThrownBy(() -> locks.acquire(Claim.exclusive("a"), Duration.ofMillis(80)))
        .isInstanceOf(NotAcquired.class)
        .hasMessageContaining("'a' was not free within 80 ms");
    assertThat(shared.list("a")).hasSize(1);
    lease.close();
    assertThat(lease.isStillMine()).isFalse();
    awaitNothingHeld();
  }

  @Test
  void shouldServeTwoHundredWaitersInOrderAndWakeOneForEachRelease() throws Exception {
    int waiters = 200;
    var first = locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
    var served = new ConcurrentLinkedQueue<Integer>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < waiters; i++) {
      int number = i;
      threads.add(Thread.startVirtualThread(() -> serve(served, number)));
      await().pollInterval(Duration.ofMillis(1)).until(() -> shared.list("a").size() == number + 2);
    }
    engine.wakes.set(0);
    first.close();
    for (var thread : threads) {
      thread.join();
    }
    assertThat(List.copyOf(served)).hasSize(waiters).isSorted();
    assertThat(engine.wakes.get()).isBetween(waiters - 5, waiters);
  }

  private void serve(ConcurrentLinkedQueue<Integer> served, int number) {
    try (var _ = locks.acquire(Claim.exclusive("a"), LONG)) {
      served.add(number);
    } catch (NotAcquired | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldHoldUntilEveryEntryIsClosed() {
    var lease = locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
    var again = lease.reenter();
    assertThat(again.token()).isEqualTo(lease.token());
    lease.close();
    lease.close();
    assertThat(again.isStillMine()).isTrue();
    assertThat(locks.tryAcquire(Claim.exclusive("a"))).isEmpty();
    again.close();
    assertThatThrownBy(again::reenter).isInstanceOf(LeaseLost.class);
    assertThat(locks.tryAcquire(Claim.exclusive("a"))).isPresent();
  }

  @Test
  void shouldTellAtTheDeadlineThatALeaseIsLostThoughTheEngineHangs() {
    var hanging = engine;
    var client = client(hanging, Duration.ofSeconds(1));
    var lease = client.tryAcquire(Claim.exclusive("a")).orElseThrow();
    var wasMine = new AtomicReference<Boolean>();
    lease.whenLost(() -> wasMine.set(lease.isStillMine()));
    hanging.hang();
    await().atMost(Duration.ofSeconds(3)).until(() -> wasMine.get() != null);
    assertThat(wasMine.get()).isFalse();
    assertThat(lease.lostBecause()).contains("could not be renewed in time");
    hanging.resume();
    assertThat(lease.isStillMine()).isFalse();
    awaitNothingHeld();
  }

  @Test
  void shouldKeepALeaseOverAShortFailureOfTheEngine() {
    var client = client(engine, Duration.ofSeconds(1));
    var lease = client.tryAcquire(Claim.exclusive("a")).orElseThrow();
    engine.down(true);
    int calls = engine.calls.get();
    await().until(() -> engine.calls.get() >= calls + 2);
    engine.down(false);
    await().until(() -> lease.remaining().compareTo(Duration.ofMillis(900)) > 0);
    assertThat(lease.isStillMine()).isTrue();
  }

  @Test
  void shouldFindOutAtOnceThatALockWasBroken() {
    var lease = locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
    assertThat(locks.breakLock("a")).hasSize(1);
    await().atMost(Duration.ofSeconds(1)).until(() -> !lease.isStillMine());
    assertThat(lease.lostBecause()).contains("broken");
    var isTold = new AtomicBoolean();
    lease.whenLost(() -> isTold.set(true));
    await().untilTrue(isTold);
  }

  @Test
  void shouldLeaveNothingOfAWaiterThatIsInterrupted() throws Exception {
    var lease = locks.tryAcquire(Claim.exclusive("a")).orElseThrow();
    var isInterrupted = new AtomicBoolean();
    var waiter =
        Thread.startVirtualThread(
            () -> {
              try (var _ = locks.acquire(Claim.exclusive("a"), LONG)) {
                isInterrupted.set(false);
              } catch (InterruptedException e) {
                isInterrupted.set(true);
              } catch (NotAcquired e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(() -> shared.list("a").size() == 2);
    waiter.interrupt();
    waiter.join();
    assertThat(isInterrupted).isTrue();
    await().until(() -> shared.list("a").size() == 1);
    lease.close();
  }

  @Test
  void shouldAskWithAnotherLeaseWhenItIsGrantedTheLockOnlyAfterTheFirstWasLost() throws Exception {
    var holder = client(shared, LONG).tryAcquire(Claim.exclusive("a")).orElseThrow();
    var client = client(engine, Duration.ofMillis(500));
    var taken = new AtomicReference<Lease>();
    var waiter =
        Thread.startVirtualThread(
            () -> {
              try {
                taken.set(client.acquire(Claim.exclusive("a"), LONG));
              } catch (NotAcquired | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(() -> shared.list("a").size() == 2);
    var first = shared.list("a").getLast();
    engine.delay(Duration.ofSeconds(1));
    holder.close();
    await().until(() -> shared.list("a").stream().noneMatch(h -> h.lease().equals(first.lease())));
    engine.delay(Duration.ZERO);
    waiter.join();
    assertThat(taken.get().isStillMine()).isTrue();
    assertThat(taken.get().token()).isGreaterThan(first.token());
    assertThat(shared.list("a")).extracting(Holding::lease).containsExactly(taken.get().id());
    taken.get().close();
    awaitNothingHeld();
  }

  @Test
  void shouldSayThatTheEngineIsSlowerThanTheLeaseLives() {
    engine.delay(Duration.ofMillis(250));
    var client = client(engine, Duration.ofMillis(150));
    assertThatThrownBy(() -> client.tryAcquire(Claim.exclusive("a")))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("ask for a longer one");
    assertThatThrownBy(() -> client.acquire(Claim.exclusive("a"), Duration.ofMillis(400)))
        .isInstanceOf(EngineUnavailable.class)
        .hasMessageContaining("a lease that lives for 150 ms");
    engine.delay(Duration.ZERO);
    awaitNothingHeld();
  }

  @Test
  void shouldLeaveNothingWhereTheEngineDoesNotAnswer() {
    engine.down(true);
    assertThatThrownBy(() -> locks.tryAcquire(Claim.exclusive("a")))
        .isInstanceOf(EngineUnavailable.class);
    assertThatThrownBy(() -> locks.acquire(Claim.exclusive("a"), Duration.ofMillis(120)))
        .isInstanceOf(EngineUnavailable.class);
    engine.down(false);
    awaitNothingHeld();
    assertThat(locks.tryAcquire(Claim.exclusive("a"))).isPresent();
  }

  @Test
  void shouldRefuseNamesOfConsumerGroups() {
    var claim = Claim.exclusive("$group/g/members/a");
    assertThatThrownBy(() -> locks.tryAcquire(claim))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belong to consumer groups");
    assertThatThrownBy(() -> locks.acquire(claim, LONG))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldReleaseEverythingWhenClosed() {
    var client = client(new TestEngine(shared), LONG);
    assertThat(client.tryAcquire(Claim.exclusive("a"))).isPresent();
    assertThat(client.tryAcquire(Claim.exclusive("b"))).isPresent();
    client.close();
    awaitNothingHeld();
    assertThatThrownBy(() -> client.tryAcquire(Claim.exclusive("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  /** Counts terms; the two calls must alternate. */
  private static final class Politician implements Candidate {
    final AtomicInteger elected = new AtomicInteger();
    final AtomicInteger deposed = new AtomicInteger();
    final AtomicReference<Lease> lease = new AtomicReference<>();
    final CountDownLatch inOffice = new CountDownLatch(1);

    @Override
    public void elected(Lease leadership) {
      lease.set(leadership);
      elected.incrementAndGet();
      inOffice.countDown();
    }

    @Override
    public void deposed() {
      deposed.incrementAndGet();
    }
  }

  @Test
  void shouldElectOneLeaderAndTheNextWhenItStepsDown() throws Exception {
    var first = new Politician();
    var second = new Politician();
    var election = locks.elect("leader", first);
    first.inOffice.await();
    var other = locks.elect("leader", second);
    await().until(() -> shared.list("leader").size() == 2);
    assertThat(second.elected).hasValue(0);
    election.close();
    assertThat(first.deposed).hasValue(1);
    second.inOffice.await();
    assertThat(second.lease.get().token()).isGreaterThan(first.lease.get().token());
    other.close();
    assertThat(second.deposed).hasValue(1);
    awaitNothingHeld();
  }

  @Test
  void shouldStandAgainAfterItWasDeposed() throws Exception {
    var candidate = new Politician();
    var election = locks.elect("leader", candidate);
    candidate.inOffice.await();
    long token = candidate.lease.get().token();
    locks.breakLock("leader");
    await().until(() -> candidate.elected.get() == 2);
    assertThat(candidate.deposed).hasValue(1);
    assertThat(candidate.lease.get().token()).isGreaterThan(token);
    election.close();
    assertThat(candidate.deposed).hasValue(2);
  }

  @Test
  void shouldStandAgainAfterTheCandidateFailed() {
    var terms = new AtomicInteger();
    var election =
        locks.elect(
            "leader",
            new Candidate() {
              @Override
              public void elected(Lease lease) {
                if (terms.incrementAndGet() == 1) {
                  throw new IllegalStateException("from the test");
                }
              }

              @Override
              public void deposed() {}
            });
    await().atMost(Duration.ofSeconds(5)).until(() -> terms.get() == 2);
    election.close();
  }

  @Test
  void shouldEndElectionsWithTheLocks() throws Exception {
    var candidate = new Politician();
    var client = client(new TestEngine(shared), LONG);
    client.elect("leader", candidate);
    candidate.inOffice.await();
    client.close();
    assertThat(candidate.deposed).hasValue(1);
    awaitNothingHeld();
  }
}
