package dev.ballast.detection;

/** Whether silence may convict now, or is held back because so many are silent at once that the observer itself is in doubt. */
enum Ruling {
  CONVICT,
  HOLD
}
