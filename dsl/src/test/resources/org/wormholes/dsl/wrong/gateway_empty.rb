ruleset "wrong" do
  upstream "office"
end
