package dev.ballast.cli;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;

/** Sends each datagram back to where it came from. */
final class UdpEcho extends SimpleChannelInboundHandler<DatagramPacket> {
  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    ChannelFuture _ =
        context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
  }
}
