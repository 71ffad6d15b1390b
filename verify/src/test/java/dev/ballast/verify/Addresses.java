package dev.ballast.verify;

import java.util.concurrent.atomic.AtomicInteger;

/** Loopback addresses that nothing else on this machine uses, so that every server may have its usual port. */
final class Addresses {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final int PER_NETWORK = 250;

  private Addresses() {}

  /** 127.x.y.z, x and y by this process, z counting. */
  static String next() {
    long pid = ProcessHandle.current().pid();
    int last = NEXT.getAndIncrement();
    if (last >= PER_NETWORK) {
      throw new IllegalStateException("more than " + PER_NETWORK + " addresses in one run");
    }
    return "127." + (64 + pid / PER_NETWORK % 128) + "." + pid % PER_NETWORK + "." + (1 + last);
  }
}
