import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** The other libraries, each as its documentation says. */
final class PeerLockers {
  private PeerLockers() {}

  /** Redisson's RLock: not fair, renewed by its watchdog (30 s), releases announced by publish and subscribe. */
  static class RedissonLock implements Locker {
    private final RedissonClient client;

    RedissonLock(String url) {
      var config = new Config();
      config.useSingleServer().setAddress(url);
      client = Redisson.create(config);
    }

    RLock lock(RedissonClient redisson, String name) {
      return redisson.getLock(name);
    }

    @Override
    public Held acquire(String name) {
      RLock lock = lock(client, name);
      lock.lock();
      return lock::unlock;
    }

    @Override
    public void close() {
      client.shutdown();
    }
  }

  /** Redisson's RFairLock: first come, first served. */
  static final class RedissonFairLock extends RedissonLock {
    RedissonFairLock(String url) {
      super(url);
    }

    @Override
    RLock lock(RedissonClient redisson, String name) {
      return redisson.getFairLock(name);
    }
  }

  /** Curator's InterProcessMutex over ZooKeeper: fair, each waiter watches the one before it. A mutex is of one thread. */
  static final class Curator implements Locker {
    private final CuratorFramework client;

    Curator(String address) {
      client = CuratorFrameworkFactory.newClient(address, new ExponentialBackoffRetry(100, 3));
      client.start();
    }

    @Override
    public Held acquire(String name) throws Exception {
      var mutex = new InterProcessMutex(client, "/bench/" + name);
      mutex.acquire();
      return mutex::release;
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** jetcd's lock service: a claim hangs on a lease, of which every client thread has one, kept alive, as the service asks. */
  static final class Jetcd implements Locker {
    private static final long TTL_SECONDS = 15;

    private final Map<Thread, Long> leases = new ConcurrentHashMap<>();
    private final Client client;

    Jetcd(String url) {
      client = Client.builder().endpoints(url).build();
    }

    @Override
    public Held acquire(String name) throws Exception {
      long lease = leases.computeIfAbsent(Thread.currentThread(), _ -> lease());
      var bytes = ByteSequence.from(name, StandardCharsets.UTF_8);
      var key = client.getLockClient().lock(bytes, lease).get(60, TimeUnit.SECONDS).getKey();
      return () -> client.getLockClient().unlock(key).get(60, TimeUnit.SECONDS);
    }

    private long lease() {
      try {
        long id = client.getLeaseClient().grant(TTL_SECONDS).get().getID();
        client
            .getLeaseClient()
            .keepAlive(
                id,
                new io.grpc.stub.StreamObserver<>() {
                  @Override
                  public void onNext(io.etcd.jetcd.lease.LeaseKeepAliveResponse response) {}

                  @Override
                  public void onError(Throwable failure) {}

                  @Override
                  public void onCompleted() {}
                });
        return id;
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
