package dev.ballast.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;

/** The options of an {@link AcceptedSocket}: each asks the kernel only when it is asked for. */
final class AcceptedSocketConfig extends DefaultChannelConfig implements SocketChannelConfig {
  private interface Reading<T> {
    T of(Socket socket) throws IOException;
  }

  private interface Writing {
    void to(Socket socket) throws IOException;
  }

  private final AcceptedSocket accepted;
  private volatile boolean isHalfClosureAllowed;

  AcceptedSocketConfig(AcceptedSocket accepted) {
    super(accepted, ReadSizes.ADAPTED);
    this.accepted = accepted;
  }

  private <T> T get(Reading<T> option) {
    try {
      return option.of(accepted.socket());
    } catch (IOException e) {
      throw new ChannelException(e);
    }
  }

  private AcceptedSocketConfig set(Writing option) {
    try {
      option.to(accepted.socket());
      return this;
    } catch (IOException e) {
      throw new ChannelException(e);
    }
  }

  @Override
  protected void autoReadCleared() {
    accepted.readingPaused();
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option.equals(ChannelOption.SO_LINGER)) {
      setSoLinger((Integer) value);
      return true;
    }
    if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
      setAllowHalfClosure((Boolean) value);
      return true;
    }
    if (option instanceof IntegerUnixChannelOption number) {
      set(socket -> socket.setIntOpt(number.level(), number.optname(), (Integer) value));
      return true;
    }
    return super.setOption(option, value);
  }

  @Override
  public boolean isAllowHalfClosure() {
    return isHalfClosureAllowed;
  }

  @Override
  public AcceptedSocketConfig setAllowHalfClosure(boolean isAllowed) {
    isHalfClosureAllowed = isAllowed;
    return this;
  }

  @Override
  public AcceptedSocketConfig setPerformancePreferences(int time, int latency, int bandwidth) {
    return this;
  }

  @Override
  public boolean isTcpNoDelay() {
    return get(Socket::isTcpNoDelay);
  }

  @Override
  public AcceptedSocketConfig setTcpNoDelay(boolean value) {
    return set(socket -> socket.setTcpNoDelay(value));
  }

  @Override
  public int getSoLinger() {
    return get(Socket::getSoLinger);
  }

  @Override
  public AcceptedSocketConfig setSoLinger(int value) {
    return set(socket -> socket.setSoLinger(value));
  }

  @Override
  public int getSendBufferSize() {
    return get(Socket::getSendBufferSize);
  }

  @Override
  public AcceptedSocketConfig setSendBufferSize(int value) {
    return set(socket -> socket.setSendBufferSize(value));
  }

  @Override
  public int getReceiveBufferSize() {
    return get(Socket::getReceiveBufferSize);
  }

  @Override
  public AcceptedSocketConfig setReceiveBufferSize(int value) {
    return set(socket -> socket.setReceiveBufferSize(value));
  }

  @Override
  public boolean isKeepAlive() {
    return get(Socket::isKeepAlive);
  }

  @Override
  public AcceptedSocketConfig setKeepAlive(boolean value) {
    return set(socket -> socket.setKeepAlive(value));
  }

  @Override
  public int getTrafficClass() {
    return get(Socket::getTrafficClass);
  }

  @Override
  public AcceptedSocketConfig setTrafficClass(int value) {
    return set(socket -> socket.setTrafficClass(value));
  }

  @Override
  public boolean isReuseAddress() {
    return get(Socket::isReuseAddress);
  }

  @Override
  public AcceptedSocketConfig setReuseAddress(boolean value) {
    return set(socket -> socket.setReuseAddress(value));
  }

  @Override
  public AcceptedSocketConfig setConnectTimeoutMillis(int millis) {
    super.setConnectTimeoutMillis(millis);
    return this;
  }

  @Override
  @Deprecated
  public AcceptedSocketConfig setMaxMessagesPerRead(int count) {
    super.setMaxMessagesPerRead(count);
    return this;
  }

  @Override
  public AcceptedSocketConfig setWriteSpinCount(int count) {
    super.setWriteSpinCount(count);
    return this;
  }

  @Override
  public AcceptedSocketConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public AcceptedSocketConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public AcceptedSocketConfig setAutoRead(boolean isAutomatic) {
    super.setAutoRead(isAutomatic);
    return this;
  }

  @Override
  public AcceptedSocketConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }

  @Override
  public AcceptedSocketConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
    super.setWriteBufferWaterMark(mark);
    return this;
  }

  @Override
  public AcceptedSocketConfig setAutoClose(boolean isAutomatic) {
    super.setAutoClose(isAutomatic);
    return this;
  }
}
