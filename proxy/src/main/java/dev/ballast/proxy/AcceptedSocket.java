package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection over epoll. It asks the kernel nothing that nobody wants to know: of each connection that it accepts,
 * Netty's own asks for the address family, both addresses, the size of the send buffer and the linger time, and sets an option
 * that the listening socket has bequeathed.
 *
 * <p>A client's end is noticed by reading, never while reading is paused; a reset is noticed always. Can't connect.
 */
final class AcceptedSocket extends AbstractChannel implements SocketChannel {
  private static final int READS_IN_A_ROW = 16;
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, READS_IN_A_ROW);

  private final FileDescriptor descriptor;
  private final InetSocketAddress remote;
  private final AcceptedSocketConfig config;
  private final Runnable flushing = this::flushAgain;
  private EpollIoOps watched = EpollIoOps.NONE;
  private @Nullable IoRegistration registration;
  private @Nullable Socket socket;
  private volatile boolean isOpen = true;
  private volatile boolean isInputEnded;
  private volatile boolean isOutputEnded;
  private boolean isReadWanted;

  AcceptedSocket(ServerSocketChannel listening, int descriptor, InetSocketAddress remote) {
    super(listening);
    this.descriptor = new FileDescriptor(descriptor);
    this.remote = remote;
    this.config = new AcceptedSocketConfig(this);
  }

  /** To ask for what is rarely asked for; only while it is open, as its number is given out again. */
  Socket socket() throws IOException {
    if (!isOpen) {
      throw new IOException("the socket is closed");
    }
    if (socket == null) {
      socket = new Socket(descriptor.intValue());
    }
    return socket;
  }

  /** Whether the event loop is to tell of it. */
  boolean isWatched(EpollIoOps what) {
    return watched.contains(what);
  }

  private void watch(EpollIoOps what) {
    if (!isWatched(what)) {
      submit(watched.with(what));
    }
  }

  private void unwatch(EpollIoOps what) {
    if (isWatched(what)) {
      submit(watched.without(what));
    }
  }

  private void submit(EpollIoOps what) {
    watched = what;
    if (registration != null && isOpen) {
      registration.submit(what);
    }
  }

  /** Reading was switched off. */
  void readingPaused() {
    isReadWanted = false;
    if (isRegistered() && !eventLoop().inEventLoop()) {
      eventLoop().execute(this::pauseReading);
    } else {
      pauseReading();
    }
  }

  private void pauseReading() {
    if (!isReadWanted && !config.isAutoRead()) {
      unwatch(EpollIoOps.EPOLLIN);
    }
  }

  /** Says at once that it waits for bytes, if it does: that is one system call, not two. */
  @Override
  protected void doRegister(ChannelPromise promise) {
    if (config.isAutoRead()) {
      doBeginRead();
    }
    ((IoEventLoop) eventLoop())
        .register((Handle) unsafe())
        .addListener(
            registered -> {
              if (registered.isSuccess()) {
                registration = (IoRegistration) Objects.requireNonNull(registered.getNow());
                submitFirst(promise);
              } else {
                promise.setFailure(registered.cause());
              }
            });
  }

  private void submitFirst(ChannelPromise promise) {
    try {
      Objects.requireNonNull(registration).submit(watched);
      promise.setSuccess();
    } catch (UncheckedIOException e) {
      promise.setFailure(e);
    }
  }

  @Override
  protected void doBeginRead() {
    isReadWanted = true;
    if (!isInputEnded) {
      watch(EpollIoOps.EPOLLIN);
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer out) throws Exception {
    for (int turn = config.getWriteSpinCount(); turn > 0; turn--) {
      if (out.isEmpty()) {
        unwatch(EpollIoOps.EPOLLOUT);
        return;
      }
      if (!SocketOutput.write(out, descriptor)) {
        watch(EpollIoOps.EPOLLOUT);
        return;
      }
    }
    unwatch(EpollIoOps.EPOLLOUT);
    eventLoop().execute(flushing);
  }

  private void flushAgain() {
    ((Handle) unsafe()).flushNow();
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    return SocketOutput.writable((ByteBuf) message, alloc());
  }

  @Override
  protected void doShutdownOutput() throws IOException {
    isOutputEnded = true;
    unwatch(EpollIoOps.EPOLLOUT);
    socket().shutdown(false, true);
  }

  @Override
  protected void doClose() throws IOException {
    isOpen = false;
    isInputEnded = true;
    isOutputEnded = true;
    try {
      descriptor.close();
    } finally {
      doDeregister();
    }
  }

  @Override
  protected void doDeregister() {
    if (registration != null) {
      registration.cancel();
    }
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Handle();
  }

  /** What the event loop tells of the socket. */
  private final class Handle extends AbstractUnsafe implements EpollIoHandle {
    @Override
    public FileDescriptor fd() {
      return descriptor;
    }

    @Override
    public void close() {
      close(voidPromise());
    }

    @Override
    public void connect(SocketAddress to, SocketAddress from, ChannelPromise promise) {
      promise.setFailure(new IllegalStateException("an accepted socket is connected already"));
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      EpollIoOps happened = ((EpollIoEvent) event).ops();
      boolean isError = happened.contains(EpollIoOps.EPOLLERR);
      if (isError && isInputEnded) {
        close();
        return;
      }
      if ((isError || happened.contains(EpollIoOps.EPOLLOUT)) && !isOutputEnded) {
        flushNow();
      }
      if (isError || happened.contains(EpollIoOps.EPOLLIN)) {
        read();
      }
    }

    @Override
    protected void flush0() {
      if (!watched.contains(EpollIoOps.EPOLLOUT)) {
        super.flush0();
      }
    }

    void flushNow() {
      super.flush0();
    }

    private void read() {
      if (isInputEnded) {
        unwatch(EpollIoOps.EPOLLIN);
        return;
      }
      var sizes = (RecvByteBufAllocator.ExtendedHandle) recvBufAllocHandle();
      sizes.reset(config);
      boolean isEnded = false;
      try {
        do {
          isEnded = !readOnce(sizes);
        } while (!isEnded && sizes.lastBytesRead() > 0 && !isInputEnded && sizes.continueReading());
        sizes.readComplete();
        pipeline().fireChannelReadComplete();
        if (isEnded) {
          endInput();
        }
      } catch (IOException | OutOfMemoryError e) {
        sizes.readComplete();
        pipeline().fireChannelReadComplete();
        pipeline().fireExceptionCaught(e);
        close(voidPromise());
      } finally {
        if (!isReadWanted && !config.isAutoRead()) {
          unwatch(EpollIoOps.EPOLLIN);
        }
      }
    }

    /** Answers false at the end. */
    private boolean readOnce(RecvByteBufAllocator.ExtendedHandle sizes) throws IOException {
      ByteBuf in = sizes.allocate(config.getAllocator());
      int count = 0;
      try {
        sizes.attemptedBytesRead(in.writableBytes());
        count = SocketInput.read(descriptor, in);
        sizes.lastBytesRead(count);
      } finally {
        if (count <= 0) {
          in.release();
        }
      }
      if (count > 0) {
        sizes.incMessagesRead(1);
        isReadWanted = false;
        pipeline().fireChannelRead(in);
      }
      return count >= 0;
    }

    private void endInput() {
      if (isInputEnded) {
        return;
      }
      if (!config.isAllowHalfClosure()) {
        close(voidPromise());
        return;
      }
      isInputEnded = true;
      unwatch(EpollIoOps.EPOLLIN);
      pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(Handle.class);
  }

  @Override
  public AcceptedSocketConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return isOpen;
  }

  @Override
  public boolean isActive() {
    return isOpen;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public ServerSocketChannel parent() {
    return (ServerSocketChannel) super.parent();
  }

  /** That of the listening socket, unless this one accepts at any address. */
  @Override
  protected SocketAddress localAddress0() {
    InetSocketAddress listening = parent().localAddress();
    if (listening != null && !listening.getAddress().isAnyLocalAddress()) {
      return listening;
    }
    try {
      return socket().localAddress();
    } catch (IOException e) {
      return listening;
    }
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new IllegalStateException("an accepted socket is bound already");
  }

  @Override
  protected void doDisconnect() throws IOException {
    doClose();
  }

  @Override
  public boolean isInputShutdown() {
    return isInputEnded;
  }

  @Override
  public boolean isOutputShutdown() {
    return isOutputEnded;
  }

  @Override
  public boolean isShutdown() {
    return isInputEnded && isOutputEnded;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  /** What the other side still sends is not read any more. */
  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    eventLoop()
        .execute(
            () -> {
              isInputEnded = true;
              unwatch(EpollIoOps.EPOLLIN);
              promise.setSuccess();
            });
    return promise;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      ((Handle) unsafe()).shutdownOutput(promise);
    } else {
      eventLoop().execute(() -> ((Handle) unsafe()).shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    var _ = shutdownOutput();
    return shutdownInput(promise);
  }
}
