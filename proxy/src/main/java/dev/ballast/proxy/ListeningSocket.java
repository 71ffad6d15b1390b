package dev.ballast.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A listening socket over epoll, whose connections are {@link AcceptedSocket}s. */
final class ListeningSocket extends AbstractEpollServerChannel implements ServerSocketChannel {
  private static final int BACKLOG = 128;

  private final Config config = new Config(this);

  ListeningSocket() {
    super(Socket.newSocketStream().intValue());
  }

  @Override
  protected void doBind(SocketAddress address) throws Exception {
    super.doBind(address);
    Socket listening = socket;
    listening.listen(config.backlog);
    active = true;
  }

  @Override
  protected Channel newChildChannel(int descriptor, byte[] address, int offset, int length) {
    return new AcceptedSocket(this, descriptor, NativeInetAddress.address(address, offset, length));
  }

  private Socket listening() {
    return socket;
  }

  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return (InetSocketAddress) super.remoteAddress();
  }

  @Override
  public Config config() {
    return config;
  }

  /** Its options. */
  static final class Config extends EpollChannelConfig implements ServerSocketChannelConfig {
    private final ListeningSocket owner;
    private volatile int backlog = BACKLOG;

    private Config(ListeningSocket owner) {
      super(owner);
      this.owner = owner;
    }

    @Override
    public int getBacklog() {
      return backlog;
    }

    @Override
    public Config setBacklog(int length) {
      backlog = length;
      return this;
    }

    @Override
    public boolean isReuseAddress() {
      try {
        return owner.listening().isReuseAddress();
      } catch (IOException e) {
        throw new ChannelException(e);
      }
    }

    @Override
    public Config setReuseAddress(boolean isReused) {
      try {
        owner.listening().setReuseAddress(isReused);
        return this;
      } catch (IOException e) {
        throw new ChannelException(e);
      }
    }

    @Override
    public int getReceiveBufferSize() {
      try {
        return owner.listening().getReceiveBufferSize();
      } catch (IOException e) {
        throw new ChannelException(e);
      }
    }

    @Override
    public Config setReceiveBufferSize(int bytes) {
      try {
        owner.listening().setReceiveBufferSize(bytes);
        return this;
      } catch (IOException e) {
        throw new ChannelException(e);
      }
    }

    @Override
    public Config setPerformancePreferences(int time, int latency, int bandwidth) {
      return this;
    }

    @Override
    public Config setConnectTimeoutMillis(int millis) {
      super.setConnectTimeoutMillis(millis);
      return this;
    }

    @Override
    @Deprecated
    public Config setMaxMessagesPerRead(int count) {
      super.setMaxMessagesPerRead(count);
      return this;
    }

    @Override
    public Config setWriteSpinCount(int count) {
      super.setWriteSpinCount(count);
      return this;
    }

    @Override
    public Config setAllocator(ByteBufAllocator allocator) {
      super.setAllocator(allocator);
      return this;
    }

    @Override
    public Config setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
      super.setRecvByteBufAllocator(allocator);
      return this;
    }

    @Override
    public Config setAutoRead(boolean isAutomatic) {
      super.setAutoRead(isAutomatic);
      return this;
    }

    @Override
    public Config setMessageSizeEstimator(MessageSizeEstimator estimator) {
      super.setMessageSizeEstimator(estimator);
      return this;
    }

    @Override
    public Config setWriteBufferWaterMark(WriteBufferWaterMark mark) {
      super.setWriteBufferWaterMark(mark);
      return this;
    }

    @Override
    @Deprecated
    public Config setWriteBufferHighWaterMark(int bytes) {
      super.setWriteBufferHighWaterMark(bytes);
      return this;
    }

    @Override
    @Deprecated
    public Config setWriteBufferLowWaterMark(int bytes) {
      super.setWriteBufferLowWaterMark(bytes);
      return this;
    }
  }
}
