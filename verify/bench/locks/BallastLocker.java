import dev.ballast.locks.Claim;
import dev.ballast.locks.Lease;
import dev.ballast.locks.LockEngines;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import java.security.SecureRandom;
import java.time.Duration;

/** Ballast's locks over the engine of a URL, with the settings that they have by themselves: a lease of 15 s for each lock. */
final class BallastLocker implements Locker {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Locks locks;

  BallastLocker(String url) {
    var random = new SecureRandom();
    locks =
        new Locks(
            LockEngines.connect(url, System::nanoTime, random),
            LocksSettings.of("bench", System::nanoTime, random));
  }

  @Override
  public Held acquire(String name) throws Exception {
    Lease lease = locks.acquire(Claim.exclusive(name), LONG);
    return lease::close;
  }

  @Override
  public void close() {
    locks.close();
  }
}
