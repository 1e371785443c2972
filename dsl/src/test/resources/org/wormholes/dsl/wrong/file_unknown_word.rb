rulset "test" do
end
