package dev.ballast.proxy;

import dev.ballast.balancing.Candidate;
import dev.ballast.balancing.Member;
import dev.ballast.model.AdminOverride;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Item;
import dev.ballast.model.Verdict;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One backend as the configuration has it, with its running side. Immutable; the same object from snapshot to snapshot while
 * none of its items changes.
 *
 * @param item of the backend
 * @param status of its verdict, if any
 * @param override an operator's word, if any
 */
record PoolMember(Item item, @Nullable Item status, @Nullable Item override, BackendHandle handle) {
  Backend backend() {
    return (Backend) item.resource();
  }

  String id() {
    return backend().id();
  }

  /** Snapshots share what did not change, so identity nearly always decides. */
  boolean isOf(Item otherItem, @Nullable Item otherStatus, @Nullable Item otherOverride) {
    return Objects.equals(item, otherItem)
        && Objects.equals(status, otherStatus)
        && Objects.equals(override, otherOverride);
  }

  Candidate candidate() {
    return new Candidate(
        backend().weight(),
        backend().adminState(),
        override == null ? null : (AdminOverride) override.resource(),
        verdict(),
        handle.appeared(),
        handle.ejection(),
        handle.isAddressKnown());
  }

  private Verdict verdict() {
    BackendStatus known = known();
    return known == null ? Verdict.UNKNOWN : known.verdict();
  }

  /** Whether it was silent at the last verdict, so that φ had grown, rather than saying something wrong. */
  boolean isSilent() {
    BackendStatus known = known();
    return known != null && known.phi() >= 1;
  }

  /** A verdict on the address before says nothing about the backend where it is now. */
  private @Nullable BackendStatus known() {
    return status != null
            && status.resource() instanceof BackendStatus known
            && known.isOn(backend())
        ? known
        : null;
  }

  Member balancingMember() {
    return new Member(id(), backend().weight());
  }
}
