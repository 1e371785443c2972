# frozen_string_literal: true

module Wormholes
  VERSION = "0.1.0"
end
