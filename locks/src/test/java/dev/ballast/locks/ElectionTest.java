package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of a candidacy: what is called, what is released, and that nothing is called afterwards. */
class ElectionTest {
  private static final Random RANDOM = new Random(11);

  private final MemoryEngine shared = new MemoryEngine(System::nanoTime);
  private final TestEngine engine = new TestEngine(shared);
  private final List<Locks> clients = new ArrayList<>();
  private final Locks locks = client(engine);

  private Locks client(LockEngine way) {
    var settings = LocksSettings.of("test", System::nanoTime, RANDOM);
    var client = new Locks(way, settings.withTtl(Duration.ofSeconds(5)));
    clients.add(client);
    return client;
  }

  @AfterEach
  void closeAll() {
    engine.resume();
    clients.forEach(Locks::close);
  }

  /** Writes down what it is told, and on which side of the election's end. */
  private static class Diary implements Candidate {
    final List<String> told = new CopyOnWriteArrayList<>();
    final CountDownLatch inOffice = new CountDownLatch(1);
    final AtomicReference<Lease> lease = new AtomicReference<>();

    @Override
    public void elected(Lease leadership) {
      told.add("elected");
      lease.set(leadership);
      inOffice.countDown();
    }

    @Override
    public void deposed() {
      told.add("deposed");
    }
  }

  private boolean isFree() {
    return shared.list("leader").isEmpty();
  }

  @Test
  void shouldDeposeBeforeTheLockIsReleasedAndBothBeforeCloseReturns() throws Exception {
    var wasHeld = new AtomicBoolean();
    var diary =
        new Diary() {
          @Override
          public void deposed() {
            super.deposed();
            wasHeld.set(!isFree());
          }
        };
    var election = locks.elect("leader", diary);
    diary.inOffice.await();

    election.close();

    assertThat(diary.told).containsExactly("elected", "deposed");
    assertThat(wasHeld).as("the lock while the leader steps down").isTrue();
    assertThat(isFree()).isTrue();
    assertThat(diary.lease.get().isStillMine()).isFalse();
  }

  @Test
  void shouldCallNothingAfterItWasClosed() throws Exception {
    var diary = new Diary();
    var election = locks.elect("leader", diary);
    diary.inOffice.await();
    election.close();

    election.close();
    locks.breakLock("leader");
    try (var next = locks.tryAcquire(Claim.exclusive("leader")).orElseThrow()) {
      assertThat(next.token()).isGreaterThan(diary.lease.get().token());
    }

    assertThat(diary.told).containsExactly("elected", "deposed");
  }

  @Test
  void shouldTellNothingToWhoWasNeverElectedAndLeaveTheQueue() {
    var diary = new Diary();
    try (var holder = locks.tryAcquire(Claim.exclusive("leader")).orElseThrow()) {
      var election = locks.elect("leader", diary);
      await().until(() -> shared.list("leader").size() == 2);

      election.close();

      assertThat(shared.list("leader")).extracting(Holding::token).containsExactly(holder.token());
    }
    assertThat(diary.told).isEmpty();
    assertThat(isFree()).isTrue();
  }

  @Test
  void shouldLetTheCandidateResignAsItIsElected() {
    var election = new AtomicReference<Election>();
    var isKnown = new CountDownLatch(1);
    var diary =
        new Diary() {
          @Override
          public void elected(Lease leadership) {
            super.elected(leadership);
            awaitUninterrupted(isKnown);
            election.get().close();
            told.add("resigned");
          }
        };
    election.set(locks.elect("leader", diary));
    isKnown.countDown();

    await().until(() -> diary.told.size() == 3 && isFree());
    assertThat(diary.told).containsExactly("elected", "resigned", "deposed");
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the candidate's code was interrupted", e);
    }
  }

  @Test
  void shouldNotInterruptTheCandidatesCode() throws Exception {
    var isClosing = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    var diary =
        new Diary() {
          @Override
          public void elected(Lease leadership) {
            super.elected(leadership);
            isClosing.countDown();
            awaitUninterrupted(mayGoOn);
            told.add(Thread.currentThread().isInterrupted() ? "interrupted" : "in peace");
          }
        };
    var election = locks.elect("leader", diary);
    isClosing.await();
    var closer = Thread.startVirtualThread(election::close);
    await().until(() -> closer.getState() == Thread.State.WAITING);
    mayGoOn.countDown();
    closer.join();
    assertThat(diary.told).containsExactly("elected", "in peace", "deposed");
    assertThat(isFree()).isTrue();
  }

  @Test
  void shouldDeposeOnceWhenTheLeadershipIsLostAsItIsClosed() throws Exception {
    for (int i = 0; i < 50; i++) {
      var diary = new Diary();
      var election = locks.elect("leader", diary);
      diary.inOffice.await();
      var breaker = Thread.startVirtualThread(() -> locks.breakLock("leader"));
      election.close();
      breaker.join();
      assertThat(diary.told.size() % 2).as("%s", diary.told).isZero();
      for (int j = 0; j < diary.told.size(); j += 2) {
        assertThat(diary.told.subList(j, j + 2)).containsExactly("elected", "deposed");
      }
      assertThat(isFree()).isTrue();
    }
  }

  /** Closed at any moment of standing, winning and leading: nobody is told after that, and nothing is left. */
  @Test
  void shouldEndAtWhateverMomentItIsClosed() throws Exception {
    for (int i = 0; i < 200; i++) {
      var isClosed = new AtomicBoolean();
      var late = new AtomicBoolean();
      var diary =
          new Diary() {
            @Override
            public void elected(Lease leadership) {
              super.elected(leadership);
              late.compareAndSet(false, isClosed.get());
            }

            @Override
            public void deposed() {
              super.deposed();
              late.compareAndSet(false, isClosed.get());
            }
          };
      var election = locks.elect("leader", diary);
      long end = System.nanoTime() + RANDOM.nextLong(1_000_000);
      while (System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
      election.close();
      isClosed.set(true);
      assertThat(diary.told).isIn(List.of(), List.of("elected", "deposed"));
      await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(this::isFree);
      assertThat(late).isFalse();
    }
  }

  /** The engine is told in the background, and the next leader has to wait for that at most until the lease runs out. */
  @Test
  void shouldStepDownThoughTheEngineDoesNotAnswer() throws Exception {
    var diary = new Diary();
    var election = locks.elect("leader", diary);
    diary.inOffice.await();
    engine.down(true);

    election.close();

    assertThat(diary.told).containsExactly("elected", "deposed");
    assertThat(diary.lease.get().isStillMine()).isFalse();
    assertThat(isFree()).isFalse();
    engine.down(false);
    await().atMost(Duration.ofSeconds(5)).until(this::isFree);
    assertThat(diary.told).containsExactly("elected", "deposed");
  }
}
