package dev.ballast.proxy;

import dev.ballast.model.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Writes the header that tells a backend whom a connection is from; the form stands at {@link ProxyHeader}. */
final class ProxyHeaderWriter {
  private static final int LONGEST = 108;
  private static final byte[] UNKNOWN = Grammar.ascii("PROXY UNKNOWN\r\n");
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
  private static final int VERSION_2_PROXY = 0x21;
  private static final int TCP_OVER_IPV4 = 0x11;
  private static final int TCP_OVER_IPV6 = 0x21;

  private ProxyHeaderWriter() {}

  static ByteBuf header(ProxyProtocol version, Peer peer, ByteBufAllocator buffers) {
    ByteBuf out = buffers.directBuffer(LONGEST);
    boolean isFour = isFour(peer.client()) && isFour(peer.server());
    switch (version) {
      case V1 -> writeText(peer, isFour, out);
      case V2 -> writeBinary(peer, isFour, out);
    }
    return out;
  }

  private static boolean isFour(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  /** Text has no form for addresses of two families. */
  private static void writeText(Peer peer, boolean isFour, ByteBuf out) {
    if (isFour(peer.client()) != isFour(peer.server())) {
      out.writeBytes(UNKNOWN);
      return;
    }
    String line =
        "PROXY "
            + (isFour ? "TCP4 " : "TCP6 ")
            + text(peer.client())
            + " "
            + text(peer.server())
            + " "
            + peer.client().getPort()
            + " "
            + peer.server().getPort()
            + "\r\n";
    ByteBufUtil.writeAscii(out, line);
  }

  /** Without the zone that an IPv6 address may have here. */
  private static String text(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  private static void writeBinary(Peer peer, boolean isFour, ByteBuf out) {
    out.writeBytes(ProxyHeader.BINARY_BEGIN).writeByte(VERSION_2_PROXY);
    out.writeByte(isFour ? TCP_OVER_IPV4 : TCP_OVER_IPV6);
    out.writeShort(isFour ? ProxyHeader.INET_BYTES : ProxyHeader.INET6_BYTES);
    writeAddress(peer.client().getAddress(), isFour, out);
    writeAddress(peer.server().getAddress(), isFour, out);
    out.writeShort(peer.client().getPort()).writeShort(peer.server().getPort());
  }

  private static void writeAddress(InetAddress address, boolean isFour, ByteBuf out) {
    if (!isFour && address instanceof Inet4Address) {
      out.writeBytes(MAPPED);
    }
    out.writeBytes(address.getAddress());
  }
}
