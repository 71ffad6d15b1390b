package dev.ballast.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import org.jspecify.annotations.Nullable;

/**
 * What connections of one kind share: certificate, trust, keys of tickets. Outside of Java's heap with BoringSSL, so it is
 * counted: the compiler holds it while a snapshot names it, each connection while it lasts. Safe for all threads.
 */
final class TlsContext {
  private static final long CLOSE_NOTIFY_MILLIS = 1_000;

  /** Plain text per turn of the cipher: several records at once, written out together. */
  private static final int WRAP_BYTES = 64 << 10;

  private final SslContext context;
  private final String ticketScope;
  private final boolean asksForCertificates;

  /**
   * One that is held once, by its maker.
   *
   * @param ticketScope where its sessions may be taken up; empty where it makes none
   * @param asksForCertificates whether clients are asked for certificates
   */
  TlsContext(SslContext context, String ticketScope, boolean asksForCertificates) {
    this.context = context;
    this.ticketScope = ticketScope;
    this.asksForCertificates = asksForCertificates;
  }

  /** Whether clients are asked for certificates. */
  boolean asksForCertificates() {
    return asksForCertificates;
  }

  /** Session tickets are sealed with these keys from now on. The JDK's TLS knows only keys of its own. */
  void sealTickets(TicketKeys keys) {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setTicketKeys(keys.of(ticketScope));
    }
  }

  /** For a client's connection; null if the context is gone, because nothing names it any more. */
  @Nullable SslHandler accept(ByteBufAllocator buffers) {
    return isGone() ? null : configured(context.newHandler(buffers));
  }

  /** For a connection to a backend; one that fails if the context is gone. */
  SslHandler connect(ByteBufAllocator buffers, String host, int port) {
    return isGone()
        ? TrustNobody.context().connect(buffers, host, port)
        : configured(context.newHandler(buffers, host, port));
  }

  private boolean isGone() {
    return context instanceof ReferenceCounted counted && counted.refCnt() == 0;
  }

  /** Time limits are kept by the event loop's own wheel. */
  private static SslHandler configured(SslHandler handler) {
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
    handler.setWrapDataSize(WRAP_BYTES);
    return handler;
  }

  /** Nothing names it any more: it goes when the last connection does. */
  void release() {
    ReferenceCountUtil.release(context);
  }

  /** How many hold it; 1 where nobody counts. */
  int holders() {
    return context instanceof ReferenceCounted counted ? counted.refCnt() : 1;
  }
}
