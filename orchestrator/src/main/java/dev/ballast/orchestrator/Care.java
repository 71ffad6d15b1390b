package dev.ballast.orchestrator;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.detection.Target;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Verdict;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What this member knows of one subject in its share. Owned by its {@link Desk}. */
final class Care {
  final String id;
  final ItemKey status;
  final int partition;
  Subject subject;
  Fence fence;

  /** How it is probed, an object of its own for each watch; null while it is not. */
  @Nullable Target target;

  /** Whether it could not be handed to the prober, which has to be tried again. */
  boolean isUnwatched;

  /** The verdict of our own watch, or the one that it began with. */
  Verdict verdict;

  /** Whether our own watch has come to it. */
  boolean hasSeen;

  /** Why, at the last transition of our own. */
  String reason = "";

  /** At that transition. */
  double phi;

  /** What has to stand in the database, because we have seen it; null while we go by what stands there. */
  @Nullable Resource said;

  /** Whether {@link #said} is on its way into the database. */
  boolean isPending;

  /** The revision at which {@link #said} stands there. An older snapshot can't contradict it. */
  @Nullable Revision written;

  /** What becomes of an LB server's own words. */
  LbServerJudge judge = new LbServerJudge();

  Care(Subject subject, Fence fence, Verdict verdict) {
    this.subject = subject;
    this.fence = fence;
    this.verdict = verdict;
    this.id = subject.id();
    this.status = subject.status();
    this.partition = subject.partition();
    this.target = subject.target().orElse(null);
  }

  /** The subject is described otherwise now. */
  void become(Subject other) {
    Target now = other.target().orElse(null);
    subject = other;
    if (!Objects.equals(target, now)) {
      target = now;
    }
  }

  /** Whether a watch is the present one, and not an earlier one of the same target. */
  @SuppressWarnings("ReferenceEquality")
  boolean isWatchedAs(Target other) {
    return other == target;
  }

  /** What was seen says nothing any more. */
  void forgetAll() {
    verdict = Verdict.UNKNOWN;
    hasSeen = false;
    reason = "";
    phi = 0;
    judge = new LbServerJudge();
    if (subject instanceof Subject.OfLbServer) {
      said = null;
      isPending = false;
    }
  }

  /** Whether a snapshot of this revision has what we wrote last. */
  boolean isIn(Revision revision) {
    return written == null || !written.isSameEpoch(revision) || revision.n() >= written.n();
  }
}
