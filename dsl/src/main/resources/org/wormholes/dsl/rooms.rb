# frozen_string_literal: true

# The rooms of the full tier. A block of a ruleset runs inside an object that knows only the words of
# its room; every word is handed to Java at once, where the vocabulary says what it means. The words
# themselves are declared there, not here.
#
# Java adds to this module: __rooms (words by room), __word, __apply (an operator between values that
# have a unit), __unit.
module Wormholes
  # An amount with a unit, such as 80.ms. Java holds the amount and does the arithmetic, so that both
  # tiers reckon alike.
  class Quantity
    include ::Comparable

    %w[+ - * / == != < <= > >= <=>].each do |operator|
      define_method(operator) { |other| ::Wormholes.__apply(operator, self, other) }
    end

    def -@ = self * -1
    def coerce(number) = [::Wormholes.__number(number), self]
    def eql?(other) = other.is_a?(Quantity) && self == other
    def hash = to_s.hash
    def to_s = ::Wormholes.__show(self)
    alias inspect to_s
  end

  # What scripts may ask of Ruby's own values; in force only in the script itself.
  module Units
    [::Integer, ::Float].each do |numeric|
      refine numeric do
        ::Wormholes.__units.each do |unit|
          define_method(unit) { ::Wormholes.__unit(self, unit) }
        end
        def in?(set) = set.include?(self)
      end
    end

    [::String, ::Symbol].each do |textual|
      refine textual do
        def in?(set) = set.include?(self)
      end
    end
  end

  # An open room. What is no word of it may be a helper of the script, or is told as unknown.
  class Room < ::BasicObject
    def initialize(frame)
      @frame = frame
    end

    def method_missing(name, *values, **named, &block)
      if ::Wormholes.helper?(name)
        ::Wormholes.main.__send__(name, *values, **named, &block)
      else
        ::Wormholes.__word(@frame, name, values, named, ::Wormholes.line, block)
      end
    end

    def respond_to_missing?(_name, _private = false) = false
  end

  ROOMS = __rooms.to_h do |room, words|
    [room, ::Class.new(Room) do
      words.each do |word|
        define_method(word) do |*values, **named, &block|
          ::Wormholes.__word(@frame, word, values, named, ::Wormholes.line, block)
        end
      end
    end]
  end

  @open = []

  class << self
    attr_reader :main

    # Readies the script's own `self`: a word said in a helper belongs to the room that is open.
    def ready(main, file)
      @main = main
      @file = file
      words = ROOMS.flat_map { |_, room| room.instance_methods(false) }.uniq
      words.each do |word|
        main.define_singleton_method(word) do |*values, **named, &block|
          ::Wormholes.current.__send__(word, *values, **named, &block)
        end
      end
      @words = words
    end

    def room(name, frame) = ROOMS.fetch(name).new(frame)

    def inside(room, block)
      @open.push(room)
      room.instance_exec(&block)
    ensure
      @open.pop
    end

    def enter(room)
      @open.push(room)
    end

    def current = @open.last

    # Whether the script (or Ruby's kernel) has a method of this name.
    def helper?(name) = !@words.include?(name) && @main.respond_to?(name, true)

    # The line of the script that is being run.
    def line
      place = ::Kernel.caller_locations(1).find { |location| location.path == @file }
      place ? place.lineno : 0
    end
  end
end
