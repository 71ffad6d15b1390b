package dev.ballast.verify;

import dev.ballast.locks.EtcdEngine;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.RedisEngine;

/** The engine of a URL. */
final class FaultEngines {
  private FaultEngines() {}

  static LockEngine connect(String url) {
    return url.startsWith("etcd") ? EtcdEngine.connect(url) : RedisEngine.connect(url);
  }
}
