package dev.ballast.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A way to a server that can be made bad. While a direction is blocked its bytes stand still, as though the network dropped
 * them and TCP sent them again later: when it is healed they arrive, late; connections made meanwhile look as good as any. Two
 * virtual threads per connection.
 */
final class TcpProxy implements AutoCloseable {
  private static final int BUFFER = 16 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch end = new CountDownLatch(1);
  private final InetSocketAddress server;
  private final ServerSocket listener;

  // Guarded by lock.
  private boolean isCallBlocked;
  private boolean isAnswerBlocked;
  private long delayMillis;

  TcpProxy(InetSocketAddress server) {
    this.server = server;
    try {
      listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().name("proxy-" + server.getPort()).start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What is blocked and delayed from now on. */
  void set(boolean blocksCalls, boolean blocksAnswers, long delayEachMillis) {
    lock.lock();
    try {
      isCallBlocked = blocksCalls;
      isAnswerBlocked = blocksAnswers;
      delayMillis = delayEachMillis;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Breaks every connection, so that both ends see it. */
  void reset() {
    sockets.forEach(TcpProxy::close);
  }

  private void accept() {
    while (true) {
      try {
        var client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    var upstream = new Socket();
    sockets.add(upstream);
    try {
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      upstream.connect(server);
      Thread.ofVirtual().start(() -> pump(upstream, client, false));
      pump(client, upstream, true);
    } catch (IOException _) {
      drop(client, upstream);
    }
  }

  private void pump(Socket from, Socket to, boolean isCall) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      var buffer = new byte[BUFFER];
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        pass(isCall);
        out.write(buffer, 0, length);
      }
    } catch (IOException _) {
      // Either end has gone: so does the other.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      drop(from, to);
    }
  }

  /** Waits for as long as the network would take. */
  private void pass(boolean isCall) throws InterruptedException {
    lock.lockInterruptibly();
    long delay;
    try {
      while (isCall ? isCallBlocked : isAnswerBlocked) {
        changed.await();
      }
      delay = delayMillis;
    } finally {
      lock.unlock();
    }
    if (delay > 0) {
      end.await(delay, TimeUnit.MILLISECONDS);
    }
  }

  private void drop(Socket one, Socket other) {
    sockets.remove(one);
    sockets.remove(other);
    close(one);
    close(other);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // Closed enough.
    }
  }

  @Override
  public void close() {
    end.countDown();
    try {
      listener.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    set(false, false, 0);
    reset();
  }
}
