package dev.ballast.balancing;

/**
 * One that may be picked.
 *
 * @param name its logical name, which fixes its place in the order
 * @param effectiveWeight its share; 0 takes none
 */
public record Member(String name, int effectiveWeight) {
  public Member {
    if (effectiveWeight < 0) {
      throw new IllegalArgumentException(
          "The weight of " + name + " is negative: " + effectiveWeight);
    }
  }
}
