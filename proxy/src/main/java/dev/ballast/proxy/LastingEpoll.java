package dev.ballast.proxy;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll handler, except that a socket which waits for nothing stays registered, and one that goes is closed at once.
 *
 * <p>Netty 4.2.18 takes such a socket out of the epoll set and then fails to put it back ("epoll_ctl … No such file or
 * directory"; since netty/netty#16689). It concerns every connection whose sender has ended while reading is paused: all that
 * was still to be read would be lost. Here it waits for nothing but one edge-triggered report of an error.
 */
final class LastingEpoll implements IoHandler {
  private static final Logger LOG = LoggerFactory.getLogger(LastingEpoll.class);

  private final IoHandler epoll;

  private LastingEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory factory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return executor -> new LastingEpoll(factory.newHandler(executor));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new LastingRegistration((EpollIoHandle) handle, epoll.register(handle));
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }

  private record LastingRegistration(EpollIoHandle handle, IoRegistration registration)
      implements IoRegistration {
    @Override
    public long submit(IoOps ops) {
      return registration.submit(EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // the interface is what it is
    public <T> T attachment() {
      return registration.attachment();
    }

    @Override
    public boolean isValid() {
      return registration.isValid();
    }

    /** The kernel forgets a socket that is closed: to be taken out first would be a system call in vain. */
    @Override
    public boolean cancel() {
      closeQuietly(handle.fd());
      return registration.cancel();
    }

    /** Whatever it reports, the descriptor is gone (close(2)). */
    private static void closeQuietly(FileDescriptor socket) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.debug("A socket was closed with an error", e);
      }
    }
  }
}
