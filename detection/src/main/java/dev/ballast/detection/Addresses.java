package dev.ballast.detection;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The address of one target. A name is resolved on a virtual thread, never on the loop, and looked up again every 10 s; while that
 * fails, the last address that was found stays. Java remembers what it has found for 30 s (its security property {@code
 * networkaddress.cache.ttl}), whatever TTL the name has: a change is seen after 40 s at the latest. Of all names only some are looked up at once; the others wait for their turn.
 */
final class Addresses {
  private static final long LASTING_NANOS = Duration.ofSeconds(10).toNanos();

  private final AtomicBoolean isAsking = new AtomicBoolean();
  private final String host;
  private final int port;
  private final LongSupplier nanos;
  private final Semaphore turns;
  private final Lookup lookup;
  private final boolean isLiteral;

  // Owned by the loop.
  private @Nullable InetSocketAddress found;
  private String trouble = "is not resolved yet";
  private long askedAt;

  /** Finds the address of a name, on a thread that may be blocked. */
  @FunctionalInterface
  interface Lookup {
    InetAddress of(String host) throws UnknownHostException;
  }

  /** @param turns as many permits as names may be looked up at once */
  Addresses(String host, int port, LongSupplier nanos, Semaphore turns) {
    this(host, port, nanos, turns, InetAddress::getByName);
  }

  Addresses(String host, int port, LongSupplier nanos, Semaphore turns, Lookup lookup) {
    this.host = host;
    this.port = port;
    this.nanos = nanos;
    this.turns = turns;
    this.lookup = lookup;
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
    this.isLiteral = literal != null;
    if (literal != null) {
      try {
        found = new InetSocketAddress(InetAddress.getByAddress(host, literal), port);
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("no address: " + host, e);
      }
    }
  }

  /** The address as far as it is known. Asks for it, or for a newer one, where it is time. */
  @Nullable InetSocketAddress current(EventLoop loop) {
    long now = nanos.getAsLong();
    boolean isDue = found == null || now - askedAt > LASTING_NANOS;
    if (!isLiteral && isDue && isAsking.compareAndSet(false, true)) {
      askedAt = now;
      Thread.ofVirtual().name("ballast-probe-name").start(() -> ask(loop));
    }
    return found;
  }

  /** Why there is no address, for people. */
  String trouble() {
    return host + " " + trouble;
  }

  private void ask(EventLoop loop) {
    InetSocketAddress address = null;
    String failure = "";
    try {
      address = new InetSocketAddress(lookedUp(), port);
    } catch (UnknownHostException _) {
      failure = "does not resolve";
    } catch (Throwable mistake) {
      failure = "can't be looked up: " + mistake;
    }
    var next = address;
    var why = failure;
    isAsking.set(false);
    loop.execute(() -> take(next, why));
  }

  private InetAddress lookedUp() throws UnknownHostException {
    turns.acquireUninterruptibly();
    try {
      return lookup.of(host);
    } finally {
      turns.release();
    }
  }

  private void take(@Nullable InetSocketAddress next, String why) {
    if (next != null) {
      found = next;
    }
    trouble = why;
  }
}
