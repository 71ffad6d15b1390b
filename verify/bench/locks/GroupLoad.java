import dev.ballast.locks.ConsumerGroup;
import dev.ballast.locks.GroupSettings;
import dev.ballast.locks.LockEngines;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.Ownership;
import dev.ballast.locks.PartitionListener;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A member of a consumer group that says what it is given: a process of its own, so that it can be killed. The time stands in
 * front, in nanoseconds of the machine's monotonic clock, which all processes share.
 *
 * <p>Arguments: URL, group, member, partitions, time to live in milliseconds. Says {@code TIME COUNT} whenever the number that it owns
 * has changed, at most every 5 ms. Ends with its input.
 */
final class GroupLoad {
  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

  private GroupLoad() {}

  public static void main(String... arguments) throws Exception {
    var out = System.out;
    System.setOut(System.err);
    var random = new SecureRandom();
    var settings =
        LocksSettings.of(arguments[2], System::nanoTime, random)
            .withTtl(Duration.ofMillis(Long.parseLong(arguments[4])));
    var locks = new Locks(LockEngines.connect(arguments[0], System::nanoTime, random), settings);
    var owned = new Owned();
    ConsumerGroup group =
        locks.join(
            GroupSettings.of(arguments[1], arguments[2], Integer.parseInt(arguments[3])), owned);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              int said = -1;
              while (true) {
                int count = owned.partitions.size();
                if (count != said) {
                  out.println(System.nanoTime() + " " + count);
                  said = count;
                }
                LockSupport.parkNanos(LOOK_NANOS);
              }
            });
    while (System.in.read() >= 0) {
      // Until it ends.
    }
    group.close();
    locks.close();
    System.exit(0);
  }

  private static final class Owned implements PartitionListener {
    private final Map<Integer, Long> partitions = new ConcurrentHashMap<>();

    @Override
    public void assigned(Ownership partition) {
      partitions.put(partition.partition().index(), partition.token());
    }

    @Override
    public void revoked(Ownership partition) {
      partitions.remove(partition.partition().index());
    }

    @Override
    public void lost(Ownership partition) {
      partitions.remove(partition.partition().index(), partition.token());
    }
  }
}
