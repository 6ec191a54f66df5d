print("mke")
