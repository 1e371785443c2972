package org.wormholes.dsl;

/// An open room: which one it is, and the draft that its words write to.
record RoomFrame(Room room, Object draft) {
  <T> T draft(Class<T> type) {
    return type.cast(draft);
  }

  /// Frames are one of a kind; two rooms of equal content are not one room.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "RoomFrame[" + room + "]";
  }
}
